import { createHash } from 'node:crypto';

/**
 * Remembers which certificates were found to be signed by which key, so that the upper part of a
 * chain is verified once. Only good signatures of certificates that sign others are remembered.
 */
export interface SignatureMemo {
  has(key: string): boolean;
  add(key: string): void;
}

/** The memo's key: the exact certificate and the exact signing key. */
export function memoKey(certificate: Uint8Array, signerSpki: Uint8Array): string {
  return createHash('sha256')
    .update(createHash('sha256').update(certificate).digest())
    .update(signerSpki)
    .digest('base64url');
}

/** A memo of at most `capacity` entries that forgets the one longest unused. */
export function createSignatureMemo(capacity = 1024): SignatureMemo {
  const keys = new Set<string>();
  return {
    has(key) {
      if (!keys.delete(key)) return false;
      keys.add(key);
      return true;
    },
    add(key) {
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > capacity && oldest !== undefined) keys.delete(oldest);
    },
  };
}
