import { failed, holds, notApplicable, passed, type Check } from '../../verifier/check.js';
import type { ChallengePurpose, ChallengeRecord, Spending } from '../store.js';

/** A challenge as a request presents it, beside what the store knows of it. */
export interface PresentedChallenge {
  readonly record: ChallengeRecord | null;
  readonly subject: string;
  readonly purpose: ChallengePurpose;
  readonly registrationId: string | null;
  /** What the attempt to spend it gave; null where none was made. */
  readonly spending: Spending | null;
  readonly nowMs: number;
}

const FRESHNESS = 'RFC 9334, 10.2: explicit freshness with a nonce';
const NOT_ON_RECORD = 'no such challenge is on record';

/** Rules about a challenge, in the order in which a refusal names them. */
export const challengeChecks: readonly Check<PresentedChallenge>[] = [
  {
    id: 'challenge/known',
    rule: 'The challenge was issued here and is remembered.',
    source: FRESHNESS,
    withoutIt: 'evidence that was collected at any time for anybody is taken for fresh.',
    needs: [],
    evaluate: ({ record }) =>
      record === null ? failed('a challenge issued here', 'nothing on record') : passed,
  },
  {
    id: 'challenge/issued-to-presenter',
    rule: 'The challenge was issued to the subject and session that present it.',
    source: FRESHNESS,
    withoutIt: 'one phone answers with evidence that another one made for its own session.',
    needs: ['challenge/known'],
    evaluate: ({ record, subject, registrationId }) =>
      record === null
        ? notApplicable(NOT_ON_RECORD)
        : holds(record.subject === subject && record.registrationId === registrationId, {
            expected: 'the subject and session it was issued to',
            actual: 'another subject or session',
          }),
  },
  {
    id: 'challenge/issued-for-purpose',
    rule: 'The challenge was issued for the purpose that it is presented for.',
    source: FRESHNESS,
    withoutIt: 'evidence for a signing key is turned into a client certificate, or the reverse.',
    needs: ['challenge/known'],
    evaluate: ({ record, purpose }) =>
      record === null
        ? notApplicable(NOT_ON_RECORD)
        : holds(record.purpose === purpose, { expected: record.purpose, actual: purpose }),
  },
  {
    id: 'challenge/unspent',
    rule: 'The challenge was not presented before by another request.',
    source: FRESHNESS,
    withoutIt: 'recorded evidence is presented again, or one challenge yields two enrolments.',
    needs: ['challenge/issued-to-presenter', 'challenge/issued-for-purpose'],
    evaluate: ({ spending }) =>
      holds(spending?.outcome !== 'spent-before', {
        expected: 'the first presentation',
        actual: 'presented before',
      }),
  },
  {
    id: 'challenge/fresh',
    rule: 'The challenge is presented within its life.',
    source: FRESHNESS,
    withoutIt: 'an attacker has any time he likes to work on a challenge.',
    needs: ['challenge/known'],
    evaluate: ({ record, nowMs }) => {
      if (record === null) return notApplicable(NOT_ON_RECORD);
      const { expiresAtMs } = record;
      return holds(nowMs < expiresAtMs, {
        expected: `before ${new Date(expiresAtMs).toISOString()}`,
        actual: new Date(nowMs).toISOString(),
      });
    },
  },
];
