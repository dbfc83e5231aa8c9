import { createHash, type KeyObject } from 'node:crypto';

/**
 * Remembers which certificates were found to be signed by which key, so that the upper part of a
 * chain is verified once. Only good signatures of certificates that sign others are remembered, and
 * beside them the keys that were loaded to verify with: by exact bytes, and only so many.
 */
export interface SignatureMemo {
  has(key: string): boolean;
  add(key: string): void;
  /** What `load` makes of a SubjectPublicKeyInfo, or made of the same bytes before. */
  publicKey(spki: Uint8Array, load: (spki: Uint8Array) => KeyObject | null): KeyObject | null;
}

/** The memo's key: the exact certificate and the exact signing key. */
export function memoKey(certificate: Uint8Array, signerSpki: Uint8Array): string {
  // DER says where it ends, so the two cannot be cut apart in another place.
  return createHash('sha256').update(certificate).update(signerSpki).digest('base64url');
}

/** A memo of at most `capacity` entries of either kind that forgets the one longest unused. */
export function createSignatureMemo(capacity = 1024): SignatureMemo {
  const signatures = createRecent<true>(capacity);
  const publicKeys = createRecent<KeyObject>(capacity);
  return {
    has: (key) => signatures.recall(key) === true,
    add(key) {
      signatures.keep(key, true);
    },
    publicKey(spki, load) {
      // A longer key is no key of a phone's, and would make entries large.
      if (spki.length > MAX_SPKI_BYTES) return load(spki);
      const name = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('latin1');
      const before = publicKeys.recall(name);
      if (before !== undefined) return before;
      const loaded = load(spki);
      if (loaded !== null) publicKeys.keep(name, loaded);
      return loaded;
    },
  };
}

/** RSA with 4096 bits takes 550. */
const MAX_SPKI_BYTES = 1024;

function createRecent<Value>(capacity: number) {
  const entries = new Map<string, Value>();
  return {
    recall(name: string): Value | undefined {
      const value = entries.get(name);
      if (value === undefined) return undefined;
      entries.delete(name);
      entries.set(name, value);
      return value;
    },
    keep(name: string, value: Value): void {
      entries.set(name, value);
      const [oldest] = entries.keys();
      if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
    },
  };
}
