import { equalBytes, toHex, utf8 } from '../../../encoding/bytes.js';
import { sha256 } from '../../app-attest/digest.js';
import { holds, notApplicable, type Check } from '../../check.js';
import { assertedBy, type SignedRequestSubject } from '../subject.js';

const GUIDE = 'Apple, Validating apps that connect to your server, Verify the assertion';
const ANOTHER_FORM = 'the key is not one of App Attest';

/** The app whose App Attest key signed is one of ours. */
export const appMatches: Check<SignedRequestSubject> = {
  id: 'signed-request/app-matches',
  rule: 'the RP id hash of an App Attest signature is SHA-256 of one of our app ids',
  source: `${GUIDE}, step 4`,
  withoutIt: 'a key that another app attested signs for ours',
  needs: ['signed-request/key-known', 'signed-request/signature-encoding-allowed'],
  evaluate: (subject) => {
    const asserted = assertedBy(subject);
    if (asserted === null) return notApplicable(ANOTHER_FORM);
    const { rpIdHash } = asserted.assertion.authData;
    const { appIds } = asserted.signer;
    return holds(
      appIds.some((appId) => equalBytes(sha256(utf8(appId)), rpIdHash)),
      {
        expected: appIds.length === 0 ? 'an app id, but none is ours' : appIds.join(' or '),
        actual: `RP id hash ${toHex(rpIdHash)}`,
      },
    );
  },
};

/** The App Attest key's own counter moved on. */
export const assertionCounterIncreased: Check<SignedRequestSubject> = {
  id: 'signed-request/assertion-counter-increased',
  rule: "an App Attest signature's own counter is greater than that of the key's last assertion accepted",
  source: `${GUIDE}, step 5`,
  withoutIt: 'the one counter that an app cannot set is not looked at',
  needs: ['signed-request/key-known', 'signed-request/signature-encoding-allowed'],
  evaluate: (subject) => {
    const asserted = assertedBy(subject);
    if (asserted === null) return notApplicable(ANOTHER_FORM);
    const { counter } = asserted.assertion.authData;
    const previous = asserted.signer.previousCounter ?? 0;
    return holds(counter > previous, { expected: `more than ${previous}`, actual: `${counter}` });
  },
};
