import { failed, holds, passed, type Check } from '../../check.js';
import { keyOf, profileOf, type SignedRequestSubject } from '../subject.js';

/** The request was not signed too long ago. */
export const timestampNotStale: Check<SignedRequestSubject> = {
  id: 'signed-request/timestamp-not-stale',
  rule: 'the timestamp lies at most the past window behind now, and the time that the sender gave is not over',
  source: 'profile S; RFC 9421, 7.2.2',
  withoutIt: 'a captured request that was never delivered works for ever',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { timestampMs, expiresAtMs } = profileOf(subject);
    const behindMs = nowMs(subject) - timestampMs;
    if (expiresAtMs !== null && nowMs(subject) > expiresAtMs) {
      return failed(`before ${expiresAtMs} ms, as the sender wants it`, `${nowMs(subject)} ms`);
    }
    const windowMs = subject.policy.signedRequest.pastWindowMs;
    return holds(behindMs <= BigInt(windowMs), {
      expected: `at most ${windowMs} ms behind`,
      actual: `${behindMs} ms behind`,
    });
  },
};

/** The request was not signed for later. */
export const timestampNotAhead: Check<SignedRequestSubject> = {
  id: 'signed-request/timestamp-not-ahead',
  rule: 'the timestamp lies at most the future window ahead of now',
  source: 'profile S; RFC 9421, 7.2.2',
  withoutIt: 'a phone in the wrong hands for a minute signs requests for next year',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const aheadMs = profileOf(subject).timestampMs - nowMs(subject);
    const windowMs = subject.policy.signedRequest.futureWindowMs;
    return holds(aheadMs <= BigInt(windowMs), {
      expected: `at most ${windowMs} ms ahead`,
      actual: `${aheadMs} ms ahead`,
    });
  },
};

/** The key's counters are those of its present registration. */
export const epochCurrent: Check<SignedRequestSubject> = {
  id: 'signed-request/epoch-current',
  rule: "the epoch is that of the key's present registration",
  source: 'profile S',
  withoutIt: 'counters of an earlier registration count again',
  needs: ['signed-request/key-known'],
  evaluate: (subject) => {
    const { epoch } = keyOf(subject);
    const stated = profileOf(subject).epoch;
    return holds(stated === epoch, { expected: `${epoch}`, actual: `${stated}` });
  },
};

/** The request is none that was accepted before. */
export const counterNotReplayed: Check<SignedRequestSubject> = {
  id: 'signed-request/counter-not-replayed',
  rule:
    'the counter is not the one that was accepted last; where counters may come out of order, it is ' +
    'none that was accepted and is remembered',
  source: 'profile S; RFC 4303, 3.4.3 (the like for packets)',
  withoutIt: 'a captured request is sent again and takes effect again',
  needs: ['signed-request/epoch-current'],
  evaluate: (subject) => {
    const { lastCounter, counters } = keyOf(subject);
    const { counter } = profileOf(subject);
    const fresh = { expected: 'a counter that was never accepted', actual: `${counter} again` };
    if (counters?.mode === 'nonce') return holds(!counters.wasAccepted, fresh);
    if (lastCounter === null) return passed;
    if (counters?.mode === 'window') {
      const below = lastCounter - counter;
      const isRemembered = below >= 0n && below < BigInt(counters.size);
      const isSpent = below === 0n || (isRemembered && ((counters.accepted >> below) & 1n) === 1n);
      return holds(!isSpent, fresh);
    }
    return holds(counter !== lastCounter, {
      expected: `more than ${lastCounter}`,
      actual: `${counter}`,
    });
  },
};

/** The request is not from before what is remembered. */
export const counterNotRolledBack: Check<SignedRequestSubject> = {
  id: 'signed-request/counter-not-rolled-back',
  rule:
    'the counter is not below the one that was accepted last, or not below the window where there is ' +
    'one; nonces have no order',
  source: 'profile S; RFC 4303, 3.4.3 (the like for packets)',
  withoutIt: 'a phone that was restored from a backup, or its thief, uses old counters again',
  needs: ['signed-request/epoch-current'],
  evaluate: (subject) => {
    const { lastCounter, counters } = keyOf(subject);
    const { counter } = profileOf(subject);
    if (lastCounter === null || counters?.mode === 'nonce') return passed;
    if (counters?.mode === 'window') {
      const lowest = lastCounter - BigInt(counters.size) + 1n;
      return holds(counter >= lowest, { expected: `at least ${lowest}`, actual: `${counter}` });
    }
    return holds(counter >= lastCounter, {
      expected: `more than ${lastCounter}`,
      actual: `${counter}`,
    });
  },
};

function nowMs(subject: SignedRequestSubject): bigint {
  return BigInt(subject.now.getTime());
}
