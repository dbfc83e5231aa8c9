import { toHex } from '../../../encoding/bytes.js';
import { p256PointOfSpki } from '../../../encoding/cose.js';
import { SIGNATURE_OID } from '../../../encoding/signature.js';
import { failed, holds, passed, type Check } from '../../check.js';
import { requestOf, type CsrSubject } from '../subject.js';

/** The request is strict DER and nothing follows it. */
export const wellFormed: Check<CsrSubject> = {
  id: 'csr/well-formed',
  rule: 'the request is one PKCS#10 request in strict DER, with nothing after it',
  // The draft is experimental: its attribute is read for its form, and nothing in it is judged here.
  source: 'RFC 2986, 4; X.690, 10 and 11; draft-ietf-lamps-csr-attestation-29, 4 (id-aa 59)',
  withoutIt: 'bytes ride along that nobody signed, or two readers see two requests',
  needs: [],
  evaluate: ({ evidence: { parsed } }) =>
    parsed.ok
      ? passed
      : failed(
          'a PKCS#10 request in DER',
          `${parsed.malformation.message} at offset ${parsed.malformation.offset}`,
        ),
};

/** The key is on P-256 and a point of it. */
export const keyAllowed: Check<CsrSubject> = {
  id: 'csr/key-allowed',
  rule: 'the key is on P-256, as a named curve and an uncompressed point of it',
  source: 'RFC 5480, 2; Apple, Protecting keys with the Secure Enclave (P-256 only)',
  withoutIt: 'a weak key, or a curve of the attacker’s making, gets a certificate (CVE-2020-0601)',
  needs: ['csr/well-formed'],
  evaluate: (subject) => {
    const { spki } = requestOf(subject);
    // Loading refuses a point that is not on the curve.
    return p256PointOfSpki(spki) !== null && subject.key !== null
      ? passed
      : failed('a P-256 key', describeKey(subject));
  },
};

/** The signature's algorithm is the one of the profile. */
export const algorithmAllowed: Check<CsrSubject> = {
  id: 'csr/signature-algorithm-allowed',
  rule: 'the signature algorithm is ecdsa-with-SHA256, without parameters',
  source: 'RFC 5758, 3.2',
  withoutIt: 'possession is shown with a digest for which two requests can be made to collide',
  needs: ['csr/well-formed'],
  evaluate: (subject) => {
    const { signatureAlgorithm, hasAlgorithmParameters } = requestOf(subject);
    return holds(signatureAlgorithm === SIGNATURE_OID.ecdsaSha256 && !hasAlgorithmParameters, {
      expected: SIGNATURE_OID.ecdsaSha256,
      actual: hasAlgorithmParameters ? `${signatureAlgorithm} with parameters` : signatureAlgorithm,
    });
  },
};

function describeKey(subject: CsrSubject): string {
  const { key } = subject;
  const curve = key?.asymmetricKeyDetails?.namedCurve;
  if (key === null) {
    return `a key that does not load: ${toHex(requestOf(subject).spki.subarray(0, 32))}…`;
  }
  return curve ?? key.asymmetricKeyType ?? 'another kind of key';
}
