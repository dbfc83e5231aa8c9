import { createPublicKey } from 'node:crypto';
import { createVerifier, earOf, LAB, playIntegrityToken, shippedTrust } from 'attestlab/verifier';

/** Claims of an EAT attestation result about a classic token, opened with the Play Console's keys. */
export function judgeToken(
  token: string,
  known: { readonly nonce: string; readonly certificateDigest: string; readonly now: Date },
  keys: { readonly decryptionKey: Uint8Array; readonly verificationKeyPem: string },
): object {
  const playIntegrityKeys = {
    decryptionKey: keys.decryptionKey,
    verificationKey: createPublicKey(keys.verificationKeyPem),
  };
  const verifier = createVerifier({ trust: { ...shippedTrust(), playIntegrityKeys } });
  const result = verifier.appraise({
    evidence: playIntegrityToken(token),
    expected: {
      nonce: known.nonce,
      packageNames: ['com.example.probe'],
      certificateDigests: [known.certificateDigest],
    },
    policy: LAB,
    now: known.now,
  });
  return earOf(result);
}
