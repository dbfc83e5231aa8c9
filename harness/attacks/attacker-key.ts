import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** A P-256 key that the attacker holds in software. */
export interface AttackerKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** ECDSA, DER; SHA-256 unless told otherwise. */
  sign(data: Uint8Array, digest?: 'sha256' | 'sha384'): Uint8Array;
}

/** Makes a key for one attack. */
export function createAttackerKey(): AttackerKey {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' });
  return {
    spki: new Uint8Array(pair.publicKey),
    sign: (data, digest = 'sha256') => new Uint8Array(sign(digest, data, privateKey)),
  };
}
