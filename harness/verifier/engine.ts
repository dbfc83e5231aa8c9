import type { Check } from './check.js';
import type { CheckId } from './check-ids.js';
import type { Demand } from './policy.js';
import type { CheckFinding, CheckResult, Verdict } from './result.js';

/**
 * Runs every check, in order. A check whose prerequisite did not pass is `blocked` by it, so that
 * causes and consequences stay apart; a prerequisite that does not apply blocks nothing.
 */
export function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
): readonly CheckResult[] {
  const statuses = new Map<CheckId, CheckResult['status']>();
  const results: CheckResult[] = [];
  for (const check of checks) {
    const by = check.needs.filter((id) => !isSettled(statuses.get(id)));
    const result: CheckResult =
      by.length > 0
        ? { id: check.id, status: 'blocked', by }
        : resultOf(check.id, check.evaluate(subject));
    statuses.set(check.id, result.status);
    results.push(result);
  }
  return results;
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
  let requirements = 0;
  let isOpen = false;
  let isRejected = false;
  for (const { id, status } of checks) {
    const demand = demandFor(id);
    if (demand === 'reported') continue;
    if (demand === 'required') requirements += 1;
    if (status === 'failed') isRejected = true;
    if (status === 'undetermined' || status === 'blocked') isOpen = true;
    if (demand === 'required' && status !== 'passed') isOpen = true;
  }
  if (isRejected) return 'rejected';
  return isOpen || requirements === 0 ? 'indeterminate' : 'accepted';
}

// Spelled out, since spreading the finding would take longer than most checks do.
function resultOf(id: CheckId, finding: CheckFinding): CheckResult {
  const { status } = finding;
  switch (status) {
    case 'passed':
      return { id, status };
    case 'failed':
      return { id, status, expected: finding.expected, actual: finding.actual };
    case 'undetermined':
    case 'not-applicable':
      return { id, status, reason: finding.reason };
  }
}

function isSettled(status: CheckResult['status'] | undefined): boolean {
  if (status === undefined) throw new Error('a check needs one that is listed after it');
  return status === 'passed' || status === 'not-applicable';
}
