import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import { readP256Signature } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { profileOf, type SignedRequestSubject } from '../subject.js';

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

/** The signature is in the one encoding of the profile. */
export const signatureEncoding: Check<SignedRequestSubject> = {
  id: 'signed-request/signature-encoding-allowed',
  rule: 'the signature is one ECDSA signature in strict DER, with nothing after it',
  source: 'profile S; RFC 3279, 2.2.3; X.690, 10.1',
  withoutIt: 'one signature has many spellings, and a filter over spellings is passed by',
  needs: ['signed-request/well-formed'],
  evaluate: (subject) => {
    const { signature } = profileOf(subject);
    const parsed = parsing(() => readP256Signature(signature));
    if (parsed.ok) return passed;
    const { message, offset } = parsed.malformation;
    return failed(
      'an ECDSA signature in DER',
      `${signature.length} bytes: ${message} at offset ${offset}`,
    );
  },
};
