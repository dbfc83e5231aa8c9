import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { expectTag, oid, sequence } from './der-values.js';
import { readDer, TAG } from './der.js';
import { parsing } from './parsed.js';

/** What a signature check found; `unsupported` where this runtime cannot decide. */
export type SignatureOutcome = 'valid' | 'invalid' | 'unsupported';

/** A signature over `data` as certificates carry it. */
export interface SignedBytes {
  /** OID of the signature algorithm; its parameters are not looked at (NULL with ECDSA exists). */
  readonly algorithmOid: string;
  /** Signer's SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** What `loadPublicKey` made of these very bytes before, where it was asked. */
  readonly key?: KeyObject | null;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signature algorithms that certificates of phones use. */
export const SIGNATURE_OID = {
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecdsaSha384: '1.2.840.10045.4.3.3',
  ecdsaSha512: '1.2.840.10045.4.3.4',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsaSha384: '1.2.840.113549.1.1.12',
  rsaSha512: '1.2.840.113549.1.1.13',
} as const;

interface Algorithm {
  readonly keyType: 'ec' | 'rsa';
  readonly digest: 'sha256' | 'sha384' | 'sha512';
}

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  [SIGNATURE_OID.ecdsaSha256]: { keyType: 'ec', digest: 'sha256' },
  [SIGNATURE_OID.ecdsaSha384]: { keyType: 'ec', digest: 'sha384' },
  [SIGNATURE_OID.ecdsaSha512]: { keyType: 'ec', digest: 'sha512' },
  [SIGNATURE_OID.rsaSha256]: { keyType: 'rsa', digest: 'sha256' },
  [SIGNATURE_OID.rsaSha384]: { keyType: 'rsa', digest: 'sha384' },
  [SIGNATURE_OID.rsaSha512]: { keyType: 'rsa', digest: 'sha512' },
};

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/** P-256, P-384 and P-521. */
const CURVES: readonly string[] = ['1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35'];

/**
 * Verifies a signature. The curve and the digest need not be of one size: P-256 keys that sign with
 * SHA-384 and P-384 keys that sign with SHA-256 are in the field.
 */
export function verifySignature(signed: SignedBytes): SignatureOutcome {
  const algorithm = ALGORITHMS[signed.algorithmOid];
  if (algorithm === undefined) return 'unsupported';
  const { key = loadPublicKey(signed.spki) } = signed;
  if (key === null) return 'unsupported';
  if (key.asymmetricKeyType !== algorithm.keyType) return 'invalid';
  const good = verify(algorithm.digest, signed.data, key, signed.signature);
  return good ? 'valid' : 'invalid';
}

/** A public key that this runtime can load and trusts the shape of, or null (ML-DSA before Node 24). */
export function loadPublicKey(spki: Uint8Array): KeyObject | null {
  if (!isNamedOrNoCurve(spki)) return null;
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    // OpenSSL says no more than that it cannot decode; which keys those are depends on its version.
    return null;
  }
}

// Curves by name only: parameters in full let a forger choose the generator (CVE-2020-0601), and
// OpenSSL would turn those of a known curve into its name without a word.
function isNamedOrNoCurve(spki: Uint8Array): boolean {
  const parsed = parsing(() => {
    const [algorithm] = sequence(readDer(spki), 'a SubjectPublicKeyInfo');
    const [type, parameters] = algorithm === undefined ? [] : sequence(algorithm);
    if (type === undefined || oid(type) !== EC_PUBLIC_KEY) return true;
    return (
      parameters !== undefined && CURVES.includes(oid(expectTag(parameters, TAG.oid, 'a curve')))
    );
  });
  return parsed.ok && parsed.value;
}
