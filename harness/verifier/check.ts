import type { CheckId } from './check-ids.js';
import type { CheckFinding } from './result.js';

/** One rule about evidence of type `Subject`: a value beside its neighbours, in its aspect's file. */
export interface Check<Subject> {
  readonly id: CheckId;
  /** The rule in one sentence, stated so that "passed" reads as truth. */
  readonly rule: string;
  /** Section of a specification or a vendor's page. */
  readonly source: string;
  /** What an attacker gains where nobody checks this. */
  readonly withoutIt: string;
  /** Checks that must have passed before this one means anything. */
  readonly needs: readonly CheckId[];
  evaluate(subject: Subject): CheckFinding;
}

/** The finding of a check that holds. */
export const passed: CheckFinding = { status: 'passed' };

/** The finding of a check that does not hold. */
export function failed(expected: string, actual: string): CheckFinding {
  return { status: 'failed', expected, actual };
}

/** The finding of a check that lacks what it needs to decide. */
export function undetermined(reason: string): CheckFinding {
  return { status: 'undetermined', reason };
}

/** The finding of a check that this evidence gives no occasion for. */
export function notApplicable(reason: string): CheckFinding {
  return { status: 'not-applicable', reason };
}

/** `passed` where `holds`, else `failed` with both sides. */
export function holds(
  condition: boolean,
  sides: { readonly expected: string; readonly actual: string },
): CheckFinding {
  return condition ? passed : failed(sides.expected, sides.actual);
}

/** A check in words: what it demands, whence, and what it stops. */
export function describe(check: Check<never>): string {
  return `${check.rule} (${check.source}). Without it: ${check.withoutIt}`;
}
