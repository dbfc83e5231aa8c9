import { verify, type KeyObject } from 'node:crypto';
import { readDer } from './der.js';
import { integer, sequence } from './der-values.js';
import { fromHex, toHex } from './bytes.js';
import { MalformedInput } from './parsed.js';

/** Order of the group of P-256 (SEC 2, 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The two numbers of an ECDSA signature. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/**
 * Reads an ECDSA signature on P-256 in DER (RFC 3279, 2.2.3), in the one encoding that DER allows.
 * A high `s` is genuine: half of all phones' signatures have one.
 */
export function readP256Signature(bytes: Uint8Array): EcdsaSignature {
  const [first, second, ...more] = sequence(readDer(bytes), 'an ECDSA signature');
  if (first === undefined || second === undefined || more.length > 0) {
    throw new MalformedInput('an ECDSA signature holds two numbers', 0);
  }
  const [r, s] = [integer(first), integer(second)];
  for (const [value, node] of [[r, first] as const, [s, second] as const]) {
    if (value < 1n || value >= P256_ORDER) {
      throw new MalformedInput('a number of the signature is out of range', node.offset);
    }
  }
  return { r, s };
}

/** Reads an ECDSA signature on P-256 as r and s of 32 bytes each (RFC 9421, 3.3.4; IEEE P1363). */
export function readP256Pair(bytes: Uint8Array): EcdsaSignature {
  if (bytes.length !== 64) throw new MalformedInput('r and s are not 32 bytes each', 0);
  const [r, s] = [
    BigInt(`0x${toHex(bytes.subarray(0, 32))}`),
    BigInt(`0x${toHex(bytes.subarray(32))}`),
  ];
  for (const value of [r, s]) {
    if (value < 1n || value >= P256_ORDER) {
      throw new MalformedInput('a number of the signature is out of range', 0);
    }
  }
  return { r, s };
}

/** Writes an ECDSA signature on P-256 as `readP256Pair` reads it. */
export function writeP256Pair({ r, s }: EcdsaSignature): Uint8Array {
  const bytes = fromHex([r, s].map((value) => value.toString(16).padStart(64, '0')).join(''));
  if (bytes?.length !== 64) throw new RangeError('r and s have 32 bytes each');
  return bytes;
}

/** Whether `key` is an elliptic-curve key on P-256. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** Whether `signature`, in DER or as r and s, is `key`'s ECDSA signature with SHA-256 over `message`. */
export function verifiesEs256(
  key: KeyObject,
  signed: {
    readonly message: Uint8Array;
    readonly signature: Uint8Array;
    readonly encoding?: 'der' | 'ieee-p1363';
  },
): boolean {
  if (!isP256(key)) return false;
  const { message, signature, encoding = 'der' } = signed;
  return verify('sha256', message, { key, dsaEncoding: encoding }, signature);
}
