import { p256, p384 } from '@noble/curves/nist.js';
import { createHash } from 'node:crypto';
import { toHex, utf8 } from '../../encoding/bytes.js';
import type { CertificateSigner } from '../../encoding/certificate-builder.js';
import { p256SpkiOfPoint } from '../../encoding/cose.js';
import { der } from '../../encoding/der-writer.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';

/** A key of the corpus. It protects nothing: its private part follows from its name. */
export interface TestKey {
  /** Uncompressed point. */
  readonly point: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** ECDSA in DER, with the digest that goes with the curve unless told otherwise. */
  readonly sign: (data: Uint8Array, digest?: Digest) => Uint8Array;
  /** Signs certificates and certification requests. */
  readonly signer: CertificateSigner;
}

type Digest = 'sha256' | 'sha384';

const CURVES = {
  'P-256': { curve: p256, digest: 'sha256', oid: '1.2.840.10045.3.1.7' },
  'P-384': { curve: p384, digest: 'sha384', oid: '1.3.132.0.34' },
} as const;

const SIGNATURES = {
  sha256: SIGNATURE_OID.ecdsaSha256,
  sha384: SIGNATURE_OID.ecdsaSha384,
} as const;

// What was made is remembered, so that spoilt evidence can be signed again by whoever signed it.
const keysBySpki = new Map<string, TestKey>();

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/**
 * The key of a name: d = SHA-512("attestlab corpus key " + name) mod (n - 1) + 1. Signatures are
 * those of RFC 6979, so that the corpus is made anew to the byte; `s` is left high where it is high,
 * as phones leave it.
 */
export function testKey(name: string, curveName: keyof typeof CURVES = 'P-256'): TestKey {
  const { curve, digest: ownDigest, oid } = CURVES[curveName];
  const order = curve.Point.Fn.ORDER;
  const seed = createHash('sha512').update(`attestlab corpus key ${name}`).digest('hex');
  const secret = curve.Point.Fn.toBytes((BigInt(`0x${seed}`) % (order - 1n)) + 1n);
  const point = curve.getPublicKey(secret, false);
  const sign = (data: Uint8Array, digest: Digest = ownDigest): Uint8Array => {
    const hash = new Uint8Array(createHash(digest).update(data).digest());
    return curve.sign(hash, secret, { prehash: false, lowS: false, format: 'der' });
  };
  const spki =
    curveName === 'P-256'
      ? p256SpkiOfPoint(point)
      : der.sequence(der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(oid)), der.bitString(point));
  const algorithm = der.sequence(der.oid(SIGNATURES[ownDigest]));
  const key = { point, spki, sign, signer: { algorithm, sign } };
  keysBySpki.set(toHex(spki), key);
  return key;
}

/** The key that was made with this SubjectPublicKeyInfo, or undefined for a stranger's. */
export function testKeyOf(spki: Uint8Array): TestKey | undefined {
  return keysBySpki.get(toHex(spki));
}

/** Bytes that stand for a digest or a nonce: SHA-256 of a text. */
export function testDigest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(utf8(text)).digest());
}
