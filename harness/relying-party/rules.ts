import { notApplicable, type Check } from '../verifier/check.js';
import type { CheckId } from '../verifier/check-ids.js';
import { runChecks } from '../verifier/engine.js';
import type { CheckResult } from '../verifier/result.js';

/**
 * Which of the relying party's own rules are applied. Only code that composes a relying party can
 * switch one off, to prove that a test would notice; no configuration reaches it.
 */
export type Rules = (id: CheckId) => 'run' | 'ignore';

/** Every rule applies. */
export const allRules: Rules = () => 'run';

/** Runs the relying party's own checks; an ignored one is listed as not applicable. */
export function runRules<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  rules: Rules,
): readonly CheckResult[] {
  const applied = checks.map((check) =>
    rules(check.id) === 'run'
      ? check
      : { ...check, evaluate: () => notApplicable('this rule was switched off by composition') },
  );
  return runChecks(applied, subject);
}

/** Whether nothing stands against going on: each rule passed or gave no occasion. */
export function allHold(results: readonly CheckResult[]): boolean {
  return results.every(({ status }) => status === 'passed' || status === 'not-applicable');
}
