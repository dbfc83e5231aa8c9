import { failed, holds, notApplicable, passed } from '../../check.js';
import { payloadCheck } from '../subject.js';

const VERDICTS = 'Google, Integrity verdicts, Request details field';

/** Something of ours is compared with the verdict. */
export const requestCompared = payloadCheck({
  id: 'play-integrity/request-compared',
  rule: 'a nonce or a request hash of ours is compared with the verdict',
  source: VERDICTS,
  withoutIt: 'any verdict of the app stands for any request',
  evaluate: ({ expected: { nonce, requestHash } }) =>
    nonce === undefined && requestHash === undefined
      ? notApplicable('neither nonce nor request hash was expected')
      : passed,
});

/** The verdict answers our nonce. */
export const nonceMatches = payloadCheck({
  id: 'play-integrity/nonce-matches',
  rule: 'the nonce of a classic request is the one that was expected, character by character',
  source: VERDICTS,
  withoutIt: 'a verdict of a healthy phone is shown by another one',
  evaluate({ expected: { nonce }, fields: { requestDetails } }) {
    if (nonce === undefined) return notApplicable('no nonce was expected');
    return holds(requestDetails.nonce === nonce, {
      expected: nonce,
      actual: requestDetails.nonce ?? 'no nonce',
    });
  },
});

/** The verdict is about our request. */
export const requestHashMatches = payloadCheck({
  id: 'play-integrity/request-hash-matches',
  rule: 'the request hash of a standard request is the one that was expected',
  source: VERDICTS,
  withoutIt: 'the request is changed after the verdict was got for it',
  evaluate({ expected: { requestHash }, fields: { requestDetails } }) {
    if (requestHash === undefined) return notApplicable('no request hash was expected');
    return holds(requestDetails.requestHash === requestHash, {
      expected: requestHash,
      actual: requestDetails.requestHash ?? 'no request hash',
    });
  },
});

/** The verdict is not too old. */
export const notStale = payloadCheck({
  id: 'play-integrity/timestamp-not-stale',
  rule: 'the verdict is at most as old as policy allows',
  source: VERDICTS,
  withoutIt: 'a verdict from before the phone was rooted goes on working',
  evaluate({ fields: { requestDetails }, policy, now }) {
    const { maxAgeMs } = policy.playIntegrity;
    const ageMs = BigInt(now.getTime()) - requestDetails.timestampMillis;
    return holds(ageMs <= BigInt(maxAgeMs), {
      expected: `at most ${maxAgeMs} ms old`,
      actual: `${ageMs} ms old`,
    });
  },
});

/** The verdict is not from the future. */
export const notAhead = payloadCheck({
  id: 'play-integrity/timestamp-not-ahead',
  rule: 'the verdict was made by now, give or take what policy allows',
  source: VERDICTS,
  withoutIt: 'an age below zero passes every limit of age',
  evaluate({ fields: { requestDetails }, policy, now }) {
    const { futureWindowMs } = policy.playIntegrity;
    const aheadMs = requestDetails.timestampMillis - BigInt(now.getTime());
    return holds(aheadMs <= BigInt(futureWindowMs), {
      expected: `at most ${futureWindowMs} ms ahead`,
      actual: `${aheadMs} ms ahead`,
    });
  },
});

/** The verdict is Google's own and not scripted in the Play Console. */
export const notTesting = payloadCheck({
  id: 'play-integrity/not-a-testing-response',
  rule: 'the verdict is no answer that was scripted in the Play Console',
  source: 'Google, Additional tools, Test response codes',
  withoutIt: 'whoever may add testers gives any phone any verdict',
  evaluate({ fields: { testingDetails } }) {
    // Only a plain "false" says that it is none; its mere presence is out of the ordinary.
    const isOrdinary = testingDetails === undefined || testingDetails.isTestingResponse === false;
    return isOrdinary ? passed : failed('a verdict', 'a testing response');
  },
});
