import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import { readP256Signature } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { formOf, profileOf, type SignedRequestSubject } from '../subject.js';

/** Every header of profile S is there once and in its one form. */
export const wellFormed: Check<SignedRequestSubject> = {
  id: 'signed-request/well-formed',
  rule: 'every header of profile S is there exactly once and in its one form',
  source: 'profile S; RFC 9110, 5.3 and 5.5',
  withoutIt: 'two readers see two requests, and one of them was never signed',
  needs: [],
  evaluate: ({ evidence: { parsed } }) =>
    parsed.ok ? passed : failed('a request signed with profile S', parsed.malformation.message),
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

/** The signature is in the one form and encoding of its key. */
export const signatureEncoding: Check<SignedRequestSubject> = {
  id: 'signed-request/signature-encoding-allowed',
  rule: "the signature is in its key's one form: an ECDSA signature in strict DER, or an App Attest assertion that holds one",
  source: 'profile S; RFC 3279, 2.2.3; X.690, 10.1',
  withoutIt:
    'one signature has many spellings, and a filter over spellings is passed by; or a key signs in a form that nobody counts',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { form, signature, assertion } = profileOf(subject);
    const { key } = subject.expected;
    if (key !== null && formOf(key) !== form) {
      return failed(`a signature of form ${formOf(key)}`, `one of form ${form}`);
    }
    if (assertion !== null && !assertion.ok) {
      return failed('an App Attest assertion', at(assertion.malformation));
    }
    const bytes = assertion === null ? signature : assertion.value.signature;
    const parsed = parsing(() => readP256Signature(bytes));
    if (parsed.ok) return passed;
    const actual = `${bytes.length} bytes: ${at(parsed.malformation)}`;
    return failed('an ECDSA signature in DER', actual);
  },
};

function at({ message, offset }: { readonly message: string; readonly offset: number }): string {
  return `${message} at offset ${offset}`;
}
