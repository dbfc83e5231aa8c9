import { p256 } from '@noble/curves/nist.js';
import { constants, generateKeyPair, privateEncrypt, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64url } from '../../encoding/bytes.js';
import type { KeyAlgorithm, KeyDigest } from './secure-hardware.js';

const generatePair = promisify(generateKeyPair);

/** A key pair inside a secure hardware model. Only that model holds one. */
export interface KeyMaterial {
  readonly algorithm: KeyAlgorithm;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

const P256_DIGEST_BYTES = 32;

/** Makes a key pair. */
export async function generateMaterial(algorithm: KeyAlgorithm): Promise<KeyMaterial> {
  const pair =
    algorithm === 'ec-p256'
      ? await generatePair('ec', { namedCurve: 'P-256' })
      : await generatePair('rsa', { modulusLength: 2048, publicExponent: 65_537 });
  return {
    algorithm,
    privateKey: pair.privateKey,
    spki: new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
  };
}

/** Signs: ECDSA in DER, or RSA PKCS#1 version 1.5. With digest `none`, `data` is the digest. */
export function signWith(key: KeyMaterial, data: Uint8Array, digest: KeyDigest): Uint8Array {
  if (digest === 'sha256') return new Uint8Array(sign('sha256', data, key.privateKey));
  if (key.algorithm === 'rsa-2048') {
    const padding = constants.RSA_PKCS1_PADDING;
    return new Uint8Array(privateEncrypt({ key: key.privateKey, padding }, data));
  }
  // node:crypto always digests first, so the one raw signature here comes from elsewhere.
  const secret = fromBase64url(key.privateKey.export({ format: 'jwk' }).d ?? '');
  if (secret === null) throw new Error('an EC private key without its scalar');
  return p256.sign(fitted(data), secret, { prehash: false, lowS: false, format: 'der' });
}

/** PKCS#8, DER. */
export function pkcs8(key: KeyMaterial): Uint8Array {
  return new Uint8Array(key.privateKey.export({ type: 'pkcs8', format: 'der' }));
}

// KeyMint on EC keys with digest NONE: too long is truncated on the right, too short padded left.
function fitted(data: Uint8Array): Uint8Array {
  const digest = new Uint8Array(P256_DIGEST_BYTES);
  const kept = data.subarray(0, P256_DIGEST_BYTES);
  digest.set(kept, P256_DIGEST_BYTES - kept.length);
  return digest;
}
