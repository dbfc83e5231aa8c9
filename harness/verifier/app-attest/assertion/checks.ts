import { equalBytes, toHex, utf8 } from '../../../encoding/bytes.js';
import { isP256Point, p256SpkiOfPoint } from '../../../encoding/cose.js';
import { readP256Signature, verifiesEs256 } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { loadPublicKey } from '../../../encoding/signature.js';
import type {
  AppAttestAssertion,
  AppAttestAssertionEvidence,
} from '../../../evidence/app-attest/index.js';
import { failed, holds, passed, type Check } from '../../check.js';
import type { AppAttestAssertionExpected } from '../../expected.js';
import type { Appraisal } from '../../format.js';
import { parsedValue } from '../../parsed-value.js';
import { sha256 } from '../digest.js';

/** An assertion under appraisal. */
export type AssertionSubject = Appraisal<AppAttestAssertionEvidence, AppAttestAssertionExpected>;

const GUIDE = 'Apple, Validating apps that connect to your server, Verify the assertion';

/** The object parses to its last byte. */
export const wellFormed: Check<AssertionSubject> = {
  id: 'app-attest-assertion/well-formed',
  rule: 'the object is CBOR of authenticator data and a signature, to the last byte of both',
  source: `${GUIDE}; RFC 8949, 5.6; WebAuthn Level 3, 6.1`,
  withoutIt: 'two readers see two objects: the last of two equal keys, or bytes behind the end',
  needs: [],
  evaluate({ evidence }) {
    if (evidence.parsed.ok) return passed;
    const { message, offset } = evidence.parsed.malformation;
    return failed('an assertion object', `${message} (at byte ${offset})`);
  },
};

/** The signature is in strict DER. */
export const signatureEncoding: Check<AssertionSubject> = {
  id: 'app-attest-assertion/signature-encoding-allowed',
  rule: 'the signature is one ECDSA signature in strict DER, with nothing after it',
  source: 'RFC 3279, 2.2.3; X.690, 10.1',
  withoutIt: 'one assertion has many spellings, and a filter over spellings is passed by',
  needs: ['app-attest-assertion/well-formed'],
  evaluate(subject) {
    const parsed = parsing(() => readP256Signature(assertionOf(subject).signature));
    if (parsed.ok) return passed;
    const { message, offset } = parsed.malformation;
    return failed('an ECDSA signature in DER', `${message} (at byte ${offset})`);
  },
};

/** The attested key signed this authenticator data and this client data. */
export const signatureVerifies: Check<AssertionSubject> = {
  id: 'app-attest-assertion/signature-verifies',
  // The message is the nonce itself: it is hashed once for the nonce and again by ECDSA.
  rule: 'the attested key signed SHA-256(authenticatorData ‖ clientDataHash) with ECDSA and SHA-256',
  source: `${GUIDE}, steps 1 to 3`,
  withoutIt: 'anyone asserts anything',
  needs: ['app-attest-assertion/signature-encoding-allowed'],
  evaluate(subject) {
    const { authData, signature } = assertionOf(subject);
    const { publicKey, clientDataHash } = subject.expected;
    const key = isP256Point(publicKey) ? loadPublicKey(p256SpkiOfPoint(publicKey)) : null;
    if (key === null) {
      return failed('a registered P-256 point', `${publicKey.length} bytes that are none`);
    }
    const message = sha256(authData.raw, clientDataHash);
    return verifiesEs256(key, { message, signature })
      ? passed
      : failed(
          'a signature of the attested key',
          'one of another key, app, counter or client data',
        );
  },
};

/** The app is one of ours. */
export const appMatches: Check<AssertionSubject> = {
  id: 'app-attest-assertion/app-matches',
  rule: 'the RP id hash is SHA-256 of one of our app ids',
  source: `${GUIDE}, step 4`,
  withoutIt: 'a key that another app attested speaks for ours',
  needs: ['app-attest-assertion/well-formed'],
  evaluate(subject) {
    const { rpIdHash } = assertionOf(subject).authData;
    const { appIds } = subject.expected;
    return holds(
      appIds.some((appId) => equalBytes(sha256(utf8(appId)), rpIdHash)),
      {
        expected: appIds.length === 0 ? 'an app id, but none is ours' : appIds.join(' or '),
        actual: `RP id hash ${toHex(rpIdHash)}`,
      },
    );
  },
};

/** The counter moved on, or fell into the window and is new there. */
export const counterIncreased: Check<AssertionSubject> = {
  id: 'app-attest-assertion/counter-increased',
  rule:
    'the counter is greater than the last one accepted, or than 0 for the first assertion; where ' +
    'policy has a window, one in it that was never accepted will do',
  source: `${GUIDE}, step 5; the window, as an anti-replay window: RFC 4303, 3.4.3`,
  withoutIt: 'a captured assertion is sent again (seen: a library that skips a missing counter)',
  needs: ['app-attest-assertion/well-formed'],
  evaluate(subject) {
    const { counter } = assertionOf(subject).authData;
    const { previousCounter, seenCounters } = subject.expected;
    const { counterMode } = subject.policy.appAttest;
    const highest = previousCounter ?? 0;
    if (counterMode === 'strict' || seenCounters === undefined) {
      return holds(counter > highest, { expected: `more than ${highest}`, actual: `${counter}` });
    }
    // Counters have 32 bits and a key ends with the last: none counts as following 2^32 - 1.
    const lowest = Math.max(1, highest - counterMode.window);
    if (counter < lowest) return failed(`at least ${lowest}`, `${counter}`);
    const isSpent = counter === highest || seenCounters.includes(counter);
    return holds(!isSpent, {
      expected: 'a counter that was never accepted',
      actual: `${counter} again`,
    });
  },
};

/** What the assertion says; only where it parsed. */
export function assertionOf(subject: AssertionSubject): AppAttestAssertion {
  return parsedValue(subject.evidence.parsed);
}
