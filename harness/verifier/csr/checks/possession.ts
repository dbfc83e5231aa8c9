import { toBase64url } from '../../../encoding/bytes.js';
import { readP256Signature, verifiesEs256 } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { requestOf, type CsrSubject } from '../subject.js';

/** Whoever made the request holds the key. */
export const signatureVerifies: Check<CsrSubject> = {
  id: 'csr/signature-verifies',
  rule: 'the request is signed by the key that it asks a certificate for',
  source: 'RFC 2986, 3 (proof of possession)',
  withoutIt: 'somebody else’s public key gets a certificate in the attacker’s name',
  needs: ['csr/key-allowed', 'csr/signature-algorithm-allowed'],
  evaluate: (subject) => {
    const { info, signature } = requestOf(subject);
    const form = parsing(() => readP256Signature(signature));
    if (!form.ok) return failed('an ECDSA signature in DER', form.malformation.message);
    const { key } = subject;
    return key !== null && verifiesEs256(key, { message: info, signature })
      ? passed
      : failed('a signature of the request’s own key', 'a signature of another key or request');
  },
};

/** The request was made for this challenge. */
export const nonceMatches: Check<CsrSubject> = {
  id: 'csr/nonce-matches',
  rule: 'challengePassword holds the challenge’s nonce as base64url',
  source: 'RFC 2985, 5.4.1; Fixed formats, binding of an enrolment',
  withoutIt: 'a request that was signed once, long ago, shows possession for ever',
  needs: ['csr/well-formed'],
  evaluate: (subject) => {
    const { nonce } = subject.expected;
    if (nonce === undefined) return notApplicable('no nonce was expected');
    const wanted = toBase64url(nonce);
    const { challengePassword } = requestOf(subject);
    return holds(challengePassword === wanted, {
      expected: wanted,
      actual: challengePassword ?? 'no challengePassword',
    });
  },
};
