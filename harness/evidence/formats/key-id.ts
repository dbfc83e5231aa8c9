import { createHash } from 'node:crypto';
import { toBase64url } from '../../encoding/bytes.js';

/** A key's id: unpadded base64url of the SHA-256 of its SubjectPublicKeyInfo in DER. */
export function keyId(spki: Uint8Array): string {
  return toBase64url(createHash('sha256').update(spki).digest());
}

/** The id of an App Attest key as Apple forms it: base64url of the SHA-256 of the 65-byte point. */
export function appAttestKeyId(point: Uint8Array): string {
  return toBase64url(createHash('sha256').update(point).digest());
}
