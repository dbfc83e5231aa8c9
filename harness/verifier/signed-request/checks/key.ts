import type { KeyObject } from 'node:crypto';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { utf8 } from '../../../encoding/bytes.js';
import { isP256, verifiesEs256 } from '../../../encoding/ecdsa.js';
import { loadPublicKey } from '../../../encoding/signature.js';
import { sha256 } from '../../app-attest/digest.js';
import { assertedBy, keyOf, ownKeyId, profileOf, type SignedRequestSubject } from '../subject.js';

/** The request names a registered key. */
export const keyKnown: Check<SignedRequestSubject> = {
  id: 'signed-request/key-known',
  rule: 'the key that the request names is registered',
  source: 'RFC 9421, 3.2, step 5; profile S',
  withoutIt: 'anybody signs with a key of his own',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { key } = subject.expected;
    const named = profileOf(subject).keyId;
    if (key === null) return failed('a registered key', `${named}, which is not registered`);
    // A store that hands out another key than it was asked for must not pass.
    const own = ownKeyId(key);
    return holds(key.keyId === named && own === named, {
      expected: named,
      actual: `stored as ${key.keyId}, key ${own ?? 'of no P-256 point'}`,
    });
  },
};

/** The key belongs to whoever holds the connection. */
export const keyBound: Check<SignedRequestSubject> = {
  id: 'signed-request/key-bound-to-connection',
  rule: 'the key is registered with the client certificate of the connection',
  source: 'RFC 8705, 3 (the like for tokens); Fixed formats, registration',
  withoutIt: 'a request stolen from one phone is sent over the connection of another',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const allowed = subject.expected.connectionKeyIds;
    if (allowed === undefined) return notApplicable('the connection has no client certificate');
    const named = profileOf(subject).keyId;
    return holds(allowed.includes(named), {
      expected: allowed.length === 0 ? 'no key at all' : allowed.join(' or '),
      actual: named,
    });
  },
};

/** The key's signature is over this very request. */
export const signatureVerifies: Check<SignedRequestSubject> = {
  id: 'signed-request/signature-verifies',
  rule: 'the registered key signed the request as received with ES256, or asserted its digest with App Attest',
  source: 'profiles S and R; FIPS 186-5, 6.4.2; RFC 9421, 3.2',
  withoutIt: 'anything in the request can be changed on its way',
  needs: ['signed-request/key-known', 'signed-request/signature-encoding-allowed'],
  evaluate: (subject) => {
    const key = loaded(keyOf(subject).spki);
    if (key === null || !isP256(key)) return failed('a P-256 key', 'another kind of key');
    return verifiesEs256(key, signedBytes(subject))
      ? passed
      : failed('a signature over the request as received', 'a signature over something else');
  },
};

// Loading a key takes longer than verifying a signature. Whoever keeps a registered key's bytes from
// request to request, as a relying party can, has it loaded once.
const loadedKeys = new WeakMap<Uint8Array, KeyObject | null>();

function loaded(spki: Uint8Array): KeyObject | null {
  const known = loadedKeys.get(spki);
  if (known !== undefined) return known;
  const key = loadPublicKey(spki);
  loadedKeys.set(spki, key);
  return key;
}

// An assertion signs SHA-256(authenticatorData ‖ clientDataHash), where the latter is the text's digest.
function signedBytes(subject: SignedRequestSubject) {
  const { signature, signedText, profile } = profileOf(subject);
  const text = utf8(signedText);
  const asserted = assertedBy(subject);
  const encoding = profile === 'R' ? 'ieee-p1363' : 'der';
  if (asserted === null) return { message: text, signature, encoding } as const;
  const { authData, signature: inner } = asserted.assertion;
  return { message: sha256(authData.raw, sha256(text)), signature: inner };
}
