import type { Check } from './check.js';
import type { CheckId } from './check-ids.js';
import type { Demand } from './policy.js';
import type { CheckResult, Verdict } from './result.js';

/**
 * Runs every check, in order. A check whose prerequisite did not pass is `blocked` by it, so that
 * causes and consequences stay apart; a prerequisite that does not apply blocks nothing.
 */
export function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
): readonly CheckResult[] {
  const statuses = new Map<CheckId, CheckResult['status']>();
  return checks.map((check): CheckResult => {
    const by = check.needs.filter((id) => !isSettled(statuses.get(id)));
    const result: CheckResult =
      by.length > 0
        ? { id: check.id, status: 'blocked', by }
        : { id: check.id, ...check.evaluate(subject) };
    statuses.set(check.id, result.status);
    return result;
  });
}

/**
 * The verdict over listed checks: rejected where a demanded check failed; accepted only where every
 * required check passed and no demanded one is open; indeterminate otherwise, so also for no checks,
 * for no requirements and for a required check that was skipped.
 */
export function decide(
  checks: readonly CheckResult[],
  demandFor: (id: CheckId) => Demand,
): Verdict {
  const required = checks.filter((check) => demandFor(check.id) === 'required');
  const demanded = checks.filter((check) => demandFor(check.id) !== 'reported');
  if (demanded.some((check) => check.status === 'failed')) return 'rejected';
  const open = demanded.some(
    (check) => check.status === 'undetermined' || check.status === 'blocked',
  );
  if (open || required.length === 0) return 'indeterminate';
  return required.every((check) => check.status === 'passed') ? 'accepted' : 'indeterminate';
}

function isSettled(status: CheckResult['status'] | undefined): boolean {
  if (status === undefined) throw new Error('a check needs one that is listed after it');
  return status === 'passed' || status === 'not-applicable';
}
