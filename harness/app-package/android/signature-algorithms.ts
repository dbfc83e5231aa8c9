import { constants, verify } from 'node:crypto';
import { loadPublicKey } from '../../encoding/signature.js';

/** A signature algorithm of the APK Signature Scheme. */
export interface ApkSignatureAlgorithm {
  readonly name: string;
  /** Digest of the content in chunks; `verity` is a tree that this reader does not build. */
  readonly content: 'sha256' | 'sha512' | 'verity';
  readonly digest: 'sha256' | 'sha512';
  readonly keyType: 'rsa' | 'ec' | 'dsa';
  readonly isPss: boolean;
}

const rsa = { keyType: 'rsa', isPss: false } as const;
const ec = { keyType: 'ec', isPss: false } as const;
const dsa = { keyType: 'dsa', isPss: false } as const;

/** Algorithms by their ids (source.android.com, APK Signature Scheme v2, Signature Algorithm IDs). */
export const APK_ALGORITHMS: ReadonlyMap<number, ApkSignatureAlgorithm> = new Map([
  [
    0x0101,
    { ...rsa, name: 'RSASSA-PSS SHA-256', content: 'sha256', digest: 'sha256', isPss: true },
  ],
  [
    0x0102,
    { ...rsa, name: 'RSASSA-PSS SHA-512', content: 'sha512', digest: 'sha512', isPss: true },
  ],
  [0x0103, { ...rsa, name: 'RSA SHA-256', content: 'sha256', digest: 'sha256' }],
  [0x0104, { ...rsa, name: 'RSA SHA-512', content: 'sha512', digest: 'sha512' }],
  [0x0201, { ...ec, name: 'ECDSA SHA-256', content: 'sha256', digest: 'sha256' }],
  [0x0202, { ...ec, name: 'ECDSA SHA-512', content: 'sha512', digest: 'sha512' }],
  [0x0301, { ...dsa, name: 'DSA SHA-256', content: 'sha256', digest: 'sha256' }],
  [0x0421, { ...rsa, name: 'RSA SHA-256, fs-verity', content: 'verity', digest: 'sha256' }],
  [0x0423, { ...ec, name: 'ECDSA SHA-256, fs-verity', content: 'verity', digest: 'sha256' }],
  [0x0425, { ...dsa, name: 'DSA SHA-256, fs-verity', content: 'verity', digest: 'sha256' }],
]);

/** A signature by one of those algorithms. */
export interface ApkSignature {
  readonly algorithmId: number;
  readonly signature: Uint8Array;
}

/** Whether a signature over `signed` holds; a sentence where it does not. */
export function apkSignatureProblem(
  { algorithmId, signature }: ApkSignature,
  { spki, signed }: { readonly spki: Uint8Array; readonly signed: Uint8Array },
): string | null {
  const algorithm = APK_ALGORITHMS.get(algorithmId);
  if (algorithm === undefined) return `algorithm 0x${algorithmId.toString(16)} is unknown`;
  const key = loadPublicKey(spki);
  if (key === null) return 'the public key cannot be read';
  if (key.asymmetricKeyType !== algorithm.keyType) {
    return `${algorithm.name} with a key of type ${key.asymmetricKeyType ?? 'none'}`;
  }
  const pss = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  const holds = verify(
    algorithm.digest,
    signed,
    algorithm.isPss ? { key, ...pss } : key,
    signature,
  );
  return holds ? null : `the ${algorithm.name} signature does not hold`;
}
