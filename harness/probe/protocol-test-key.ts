import { p256 } from '@noble/curves/nist.js';
import { createHash } from 'node:crypto';
import { concatBytes, utf8 } from '../encoding/bytes.js';
import { der } from '../encoding/der-writer.js';

/** A published P-256 key for worked examples; it protects nothing. */
export interface ProtocolTestKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** ES256 in DER, deterministic by RFC 6979, so that generated files repeat to the byte. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The same signature as r and s, 32 bytes each. */
  readonly signFixed: (message: Uint8Array) => Uint8Array;
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const PRIME256V1 = '1.2.840.10045.3.1.7';

/** The key that a label leads to. */
export function protocolTestKey(label: string): ProtocolTestKey {
  const secret = sha256(utf8(`attestlab protocol examples: ${label}`));
  const spki = der.sequence(
    der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(PRIME256V1)),
    der.bitString(p256.getPublicKey(secret, false)),
  );
  return {
    spki,
    sign: (message) => p256.sign(message, secret, { format: 'der', lowS: false }),
    signFixed: (message) => p256.sign(message, secret, { format: 'compact', lowS: false }),
  };
}

/** Bytes that look random and are the same in every build. */
export function exampleBytes(label: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    sha256(utf8(`attestlab protocol examples: ${label} ${index}`)),
  );
  return concatBytes(...blocks).slice(0, length);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
