import { equalBytes } from '../encoding/bytes.js';

const MOST_KEYS = 10_000;

/**
 * The bytes of keys that lately signed, one array for each: the verifier has a key loaded for as
 * long as its bytes are kept, and loading takes longer than verifying.
 */
export class KeptSpkis {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #most: number;

  constructor(most = MOST_KEYS) {
    this.#most = most;
  }

  /** The bytes of a key that lately signed. */
  find(keyId: string): Uint8Array | null {
    const spki = this.#kept.get(keyId);
    return spki === undefined ? null : this.kept(keyId, spki);
  }

  /** The array that is kept for these bytes; a key under another's id is not taken for it. */
  kept(keyId: string, spki: Uint8Array): Uint8Array {
    const known = this.#kept.get(keyId);
    const own = known !== undefined && equalBytes(known, spki) ? known : spki;
    // Whoever signed last goes to the end, and the first is forgotten.
    this.#kept.delete(keyId);
    this.#kept.set(keyId, own);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
    return own;
  }
}
