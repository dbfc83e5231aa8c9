import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** The key of an authority, wherever it is kept: it signs certificates, and nobody sees it. */
export interface IssuingKey {
  /** The public key on P-256: SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The ECDSA signature with SHA-256 over a tbsCertificate, in DER. */
  sign(tbs: Uint8Array): Promise<Uint8Array>;
}

/** The key of these bytes (PKCS#8, DER), in this process. */
export function keptKey(pkcs8: Uint8Array): IssuingKey {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    spki: new Uint8Array(spki),
    sign: (tbs) => Promise.resolve(new Uint8Array(sign('sha256', tbs, key))),
  };
}

/** A fresh P-256 key: PKCS#8, DER. */
export function newPrivateKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
}
