import { CHECK_IDS, type CheckId } from '../verifier/check-ids.js';
import { demands, type AppraisalPolicy } from '../verifier/policy.js';
import type { AttestationResult, Verdict } from '../verifier/result.js';
import type { ExpectedAnswer } from './case.js';

/** More root causes than this is "everything fails", which agrees with nothing. */
export const MAX_ROOT_CAUSES = 5;

/** What the verifier answered, in the corpus' words. */
export interface ActualAnswer {
  readonly verdict: Verdict;
  /** Token of the root cause that was expected, else of the first one. */
  readonly reason: string | null;
  /** Root causes: demanded checks that failed or could not be decided. */
  readonly failing: readonly CheckId[];
}

/** Puts a result into the corpus' words. Checks that a policy only reports cause no verdict. */
export function actualAnswer(
  result: AttestationResult,
  policy: AppraisalPolicy,
  expected: ExpectedAnswer,
): ActualAnswer {
  const demandFor = demands(policy);
  const failing = result.checks
    .filter(({ status }) => status === 'failed' || status === 'undetermined')
    .map(({ id }) => id)
    .filter((id) => demandFor(id) !== 'reported');
  const tokens = failing.flatMap((id) => CHECK_IDS[id].token ?? []);
  const reason = tokens.find((token) => expected.reasons.includes(token)) ?? tokens[0] ?? null;
  return { verdict: result.verdict, reason, failing };
}

/** Whether an answer is the expected one; a parse-only case is judged by its facts alone. */
export function agrees(actual: ActualAnswer, expected: ExpectedAnswer): boolean {
  switch (expected.verdict) {
    case 'not-applicable':
      return true;
    case 'accept':
      return actual.verdict === 'accepted';
    case 'reject':
      return (
        actual.verdict !== 'accepted' &&
        actual.failing.length <= MAX_ROOT_CAUSES &&
        actual.reason !== null &&
        expected.reasons.includes(actual.reason)
      );
  }
}
