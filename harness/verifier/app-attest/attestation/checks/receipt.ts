import { equalBytes } from '../../../../encoding/bytes.js';
import { failed, holds, notApplicable } from '../../../check.js';
import { attestationCheck, RECEIPT_LEFT_ALONE } from '../subject.js';

/** The receipt is Apple's. */
export const receiptVerifies = attestationCheck({
  id: 'app-attest/receipt-verifies',
  rule: 'the receipt is signed by Apple’s receipt signer, under a trusted root',
  source: 'Apple, Assessing fraud risk, Verify the receipt; RFC 5652, 5.6',
  withoutIt: 'a made-up receipt is stored and the fraud metric of the phone never arrives',
  evaluate: ({ receiptOrigin }) => receiptOrigin,
});

/** The receipt is for this attestation. */
export const receiptBelongs = attestationCheck({
  id: 'app-attest/receipt-belongs',
  rule: 'the receipt names our app and the credential certificate of this very attestation',
  source: 'Apple, Assessing fraud risk, Verify the receipt',
  withoutIt: 'the receipt of a clean phone hides the fraud metric of another one',
  needs: ['app-attest/receipt-verifies'],
  evaluate({ object, expected, receiptOrigin }) {
    if (receiptOrigin.status === 'not-applicable') return notApplicable(RECEIPT_LEFT_ALONE);
    if (!object.receipt.ok) return failed('a receipt', object.receipt.malformation.message);
    const { appId, certificate } = object.receipt.value;
    if (!expected.appIds.includes(appId)) {
      return failed(expected.appIds.join(' or '), `a receipt for ${appId}`);
    }
    return holds(equalBytes(certificate.raw, object.certificates[0].raw), {
      expected: 'a receipt for this credential certificate',
      actual: `one for ${certificate.subject.text}`,
    });
  },
});
