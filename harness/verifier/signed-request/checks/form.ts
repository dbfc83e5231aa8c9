import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import { readP256Pair, readP256Signature } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { PROFILE_R } from '../../../evidence/signed-request/index.js';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { formOf, profileOf, type SignedRequestSubject } from '../subject.js';

/** Every header of the profile is there once and in its one form. */
export const wellFormed: Check<SignedRequestSubject> = {
  id: 'signed-request/well-formed',
  rule: 'every header of profile S or R is there exactly once and in its one form',
  source: 'profiles S and R; RFC 9110, 5.3 and 5.5; RFC 9421, 4',
  withoutIt: 'two readers see two requests, and one of them was never signed',
  needs: [],
  evaluate: ({ evidence: { parsed } }) =>
    parsed.ok
      ? passed
      : failed('a request signed with profile S or R', parsed.malformation.message),
};

/** A digest that the request states is the digest of its body. */
export const digestMatches: Check<SignedRequestSubject> = {
  id: 'signed-request/digest-matches',
  rule: 'a stated Content-Digest is the SHA-256 of the body as received',
  source: 'RFC 9530, 2; profile S',
  withoutIt: 'whoever trusts the header processes a body that it does not describe',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { contentDigest } = profileOf(subject);
    if (contentDigest === null) return notApplicable('the request states no Content-Digest');
    const digest = createHash('sha256').update(subject.evidence.request.body).digest();
    return holds(equalBytes(digest, contentDigest), {
      expected: toHex(digest),
      actual: toHex(contentDigest),
    });
  },
};

/** The signature algorithm is the one that registered keys have. */
export const algorithmAllowed: Check<SignedRequestSubject> = {
  id: 'signed-request/algorithm-allowed',
  rule: `a request signed with RFC 9421 names the algorithm ${PROFILE_R.algorithm}`,
  source: 'profile R; RFC 9421, 3.2, step 6, and 7.3.6',
  withoutIt: 'the attacker chooses the algorithm, such as one that takes a public key for a secret',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { algorithm } = profileOf(subject);
    if (algorithm === null) return notApplicable('profile S has one algorithm and names none');
    return holds(algorithm === PROFILE_R.algorithm, {
      expected: PROFILE_R.algorithm,
      actual: algorithm,
    });
  },
};

/** The signature covers what the profile wants covered. */
export const componentsCovered: Check<SignedRequestSubject> = {
  id: 'signed-request/components-covered',
  rule: 'a signature of RFC 9421 covers method, authority, path, query, digest and type of the body',
  source: 'profile R; RFC 9421, 3.2.1 and 7.2.1',
  withoutIt: 'what the signature leaves out is changed on the way',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { profile, missingComponents } = profileOf(subject);
    if (profile === 'S') return notApplicable('profile S leaves nothing out');
    return holds(missingComponents.length === 0, {
      expected: 'every component of profile R',
      actual: `a signature without ${missingComponents.join(', ')}`,
    });
  },
};

/** The signature is in the one form and encoding of its key. */
export const signatureEncoding: Check<SignedRequestSubject> = {
  id: 'signed-request/signature-encoding-allowed',
  rule: "the signature is in its key's one form: ECDSA in strict DER (S), as r and s (R), or an App Attest assertion that holds one",
  source: 'profiles S and R; RFC 3279, 2.2.3; X.690, 10.1; RFC 9421, 3.3.4',
  withoutIt:
    'one signature has many spellings, and a filter over spellings is passed by; or a key signs in a form that nobody counts',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { form, signature, assertion, profile } = profileOf(subject);
    const { key } = subject.expected;
    if (key !== null && formOf(key) !== form) {
      return failed(`a signature of form ${formOf(key)}`, `one of form ${form}`);
    }
    if (assertion !== null && !assertion.ok) {
      return failed('an App Attest assertion', at(assertion.malformation));
    }
    const bytes = assertion === null ? signature : assertion.value.signature;
    const isPair = profile === 'R';
    const parsed = parsing(() => (isPair ? readP256Pair(bytes) : readP256Signature(bytes)));
    if (parsed.ok) return passed;
    const actual = `${bytes.length} bytes: ${at(parsed.malformation)}`;
    return failed(isPair ? 'r and s of 32 bytes each' : 'an ECDSA signature in DER', actual);
  },
};

function at({ message, offset }: { readonly message: string; readonly offset: number }): string {
  return `${message} at offset ${offset}`;
}
