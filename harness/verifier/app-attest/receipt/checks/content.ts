import { equalBytes, toHex } from '../../../../encoding/bytes.js';
import { p256PointOfSpki } from '../../../../encoding/cose.js';
import { holds, notApplicable, type Check } from '../../../check.js';
import { viewOf, type ReceiptSubject } from '../subject.js';

const GUIDE = 'Apple, Assessing fraud risk, Verify the receipt';

/** Clocks of the service and of whoever appraises differ by less than this. */
const CLOCK_SKEW_MS = 300_000;

/** The receipt is for one of our apps. */
export const appMatches: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/app-matches',
  rule: 'field 2 is one of our app ids',
  source: `${GUIDE}, step 3`,
  withoutIt: 'a receipt that another app got from the same phone stands in',
  needs: ['app-attest-receipt/well-formed'],
  evaluate(subject) {
    const { receipt, expected } = viewOf(subject);
    if (expected.appIds === undefined) return notApplicable('no app id was expected');
    return holds(expected.appIds.includes(receipt.appId), {
      expected: expected.appIds.join(' or '),
      actual: receipt.appId,
    });
  },
};

/** The receipt is for our key. */
export const keyMatches: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/key-matches',
  rule: 'the certificate in field 3 certifies the attested key',
  source: `${GUIDE}, step 5`,
  withoutIt: 'the receipt of a clean phone hides the risk metric of another one',
  needs: ['app-attest-receipt/well-formed'],
  evaluate(subject) {
    const { receipt, expected } = viewOf(subject);
    if (expected.publicKey === undefined) return notApplicable('no key was expected');
    const point = p256PointOfSpki(receipt.certificate.spki);
    return holds(point !== null && equalBytes(point, expected.publicKey), {
      expected: toHex(expected.publicKey),
      actual: point === null ? 'another kind of key' : toHex(point),
    });
  },
};

/** The receipt is not too old. */
export const notTooOld: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/not-too-old',
  rule: 'the receipt is at most as old as expected, or has not expired where no age was given',
  source: `${GUIDE}, step 4 (creation time) and field 21`,
  withoutIt: 'the risk metric of better days is shown again and again',
  needs: ['app-attest-receipt/well-formed'],
  evaluate(subject) {
    const { receipt, expected, now } = viewOf(subject);
    const nowMs = now.getTime();
    if (expected.maxAgeSeconds === undefined) {
      return holds(nowMs <= receipt.expirationTime.atMs, {
        expected: `not expired at ${now.toISOString()}`,
        actual: `expired ${receipt.expirationTime.text}`,
      });
    }
    const ageMs = nowMs - receipt.creationTime.atMs;
    return holds(ageMs <= expected.maxAgeSeconds * 1000, {
      expected: `at most ${expected.maxAgeSeconds} s old`,
      actual: `${ageMs / 1000} s old`,
    });
  },
};

/** The receipt is not from the future. */
export const notFromFuture: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/not-from-future',
  rule: `the receipt was made by now, give or take ${CLOCK_SKEW_MS / 60_000} minutes`,
  source: `${GUIDE}, step 4 (creation time)`,
  withoutIt: 'an age below zero passes every limit of age',
  needs: ['app-attest-receipt/well-formed'],
  evaluate(subject) {
    const { receipt, now } = viewOf(subject);
    return holds(receipt.creationTime.atMs <= now.getTime() + CLOCK_SKEW_MS, {
      expected: `made by ${now.toISOString()}`,
      actual: `made ${receipt.creationTime.text}`,
    });
  },
};
