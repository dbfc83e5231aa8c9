import { failed, passed, type Check } from '../../../check.js';
import { signerChainFinding, signerMarkFinding, signerValidFinding } from '../origin.js';
import { signerPathOf, viewOf, type ReceiptSubject } from '../subject.js';

const GUIDE = 'Apple, Assessing fraud risk, Verify the receipt';

/** The receipt parses. */
export const wellFormed: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/well-formed',
  rule: 'the receipt is one CMS message of one signer, with Apple’s fields each once',
  source: `${GUIDE}; RFC 5652, 5.1; X.690, 8`,
  withoutIt: 'of two equal fields one is verified and the other one read',
  needs: [],
  evaluate({ appraisal: { evidence } }) {
    if (evidence.parsed.ok) return passed;
    const { message, offset } = evidence.parsed.malformation;
    return failed('a receipt', `${message} (at byte ${offset})`);
  },
};

/** The message is signed as CMS demands. */
export const signatureVerifies: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/signature-verifies',
  rule: 'the CMS signature holds, over the signed attributes where there are any',
  source: `${GUIDE}, step 1; RFC 5652, 5.4 and 5.6`,
  withoutIt: 'a receipt with a better risk metric is written by hand',
  needs: ['app-attest-receipt/well-formed'],
  evaluate(subject) {
    const { signer } = viewOf(subject);
    return signer.ok ? passed : failed('a signature of a certificate inside', signer.problem);
  },
};

/** The signer is one of receipts. */
export const signerMarked: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/signer-marked',
  rule: 'the signing certificate has Apple’s extension for signers of receipts',
  source: 'seen in every receipt; Apple Root CA - G3 certifies customers’ keys as well',
  withoutIt: 'a developer’s own key under the same root, as merchants get one, signs receipts',
  needs: ['app-attest-receipt/signature-verifies'],
  evaluate: (subject) => signerMarkFinding(signerPathOf(subject)),
};

/** The signer's chain ends in a trusted key. */
export const signerTrusted: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/signer-trusted',
  rule: 'the signer’s chain holds, link by link, up to a trusted root',
  source: `${GUIDE}, step 2; RFC 5280, 6.1`,
  withoutIt: 'a chain that the attacker made himself is as good as Apple’s',
  needs: ['app-attest-receipt/signature-verifies'],
  evaluate: (subject) => signerChainFinding(signerPathOf(subject), viewOf(subject).context),
};

/** The signer was valid when it signed. */
export const signerValid: Check<ReceiptSubject> = {
  id: 'app-attest-receipt/signer-valid',
  rule: 'the signer’s certificates were valid when the receipt was made',
  source: 'RFC 5280, 6.1.3 (a)(2)',
  withoutIt: 'a signing key that was retired goes on signing',
  needs: ['app-attest-receipt/signature-verifies'],
  evaluate: (subject) => signerValidFinding(signerPathOf(subject), viewOf(subject).receipt),
};
