import { hash } from 'node:crypto';

/** A key's id: unpadded base64url of the SHA-256 of its SubjectPublicKeyInfo in DER. */
export function keyId(spki: Uint8Array): string {
  return hash('sha256', spki, 'base64url');
}

/** The id of an App Attest key as Apple forms it: base64url of the SHA-256 of the 65-byte point. */
export function appAttestKeyId(point: Uint8Array): string {
  return hash('sha256', point, 'base64url');
}
