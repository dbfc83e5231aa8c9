import { Recent } from './recent.js';
import { ALL_ACCEPTED, type CounterStep, type SigningKey, type Store } from './store.js';

/** Where a signing key comes from: memory will do, or what the store has now. */
export type KeySource = 'memory' | 'store';

/** What an accepted request makes of a counter. */
export type CounterTarget = Pick<CounterStep, 'to' | 'accepted'>;

/** A signing key as a request is judged by it. */
export interface KnownSigningKey {
  readonly key: SigningKey;
  /** Whether that is what was last written here, and not what the store was just asked for. */
  readonly remembered: boolean;
}

/**
 * Signing keys as their last accepted request left them, so that the next one is judged without a
 * look into the store. Nobody is let in by memory: a counter is written by compare-and-set, which
 * fails where the store has another key, epoch or counter. Nor is anybody refused by it: whoever would
 * be has the store asked (`isCurrent`).
 */
export class KnownSigningKeys {
  readonly #store: Store;
  readonly #known: Recent<SigningKey>;

  constructor(store: Store, elapsedMs?: () => number) {
    this.#store = store;
    this.#known = new Recent(elapsedMs);
  }

  /** A signing key; null where the store has none of this id. */
  async find(keyId: string, source: KeySource): Promise<KnownSigningKey | null> {
    const known = source === 'memory' ? this.#known.find(keyId) : null;
    if (known !== null) return { key: known, remembered: true };
    const key = await this.#store.findSigningKey(keyId);
    return key === null ? null : { key, remembered: false };
  }

  /** Whether the store has a key as it was found; one that was remembered otherwise is forgotten. */
  async isCurrent({ key, remembered }: KnownSigningKey): Promise<boolean> {
    if (!remembered) return true;
    const stored = await this.#store.findSigningKey(key.keyId);
    if (stored !== null && isSame(stored, key)) return true;
    this.#forget(key);
    return false;
  }

  /** Compare-and-set of the counter of a key as it was found; false where another request was faster. */
  async advance(key: SigningKey, { to, accepted }: CounterTarget): Promise<boolean> {
    const atMs = this.#known.now();
    const { keyId, spki, protection, registrationId, epoch, lastCounter: from } = key;
    const step = { keyId, epoch, from, to };
    if (
      !(await this.#store.advanceCounter(accepted === undefined ? step : { ...step, accepted }))
    ) {
      this.#forget(key);
      return false;
    }
    const bits = accepted?.to ?? ALL_ACCEPTED;
    const left = {
      keyId,
      spki,
      protection,
      registrationId,
      epoch,
      lastCounter: to,
      accepted: bits,
    };
    this.#known.keep(keyId, left, atMs);
    return true;
  }

  // Unless a parallel request has left something newer.
  #forget(key: SigningKey): void {
    if (this.#known.find(key.keyId) === key) this.#known.forget(key.keyId);
  }
}

function isSame(one: SigningKey, other: SigningKey): boolean {
  return (
    one.registrationId === other.registrationId &&
    one.epoch === other.epoch &&
    one.lastCounter === other.lastCounter &&
    one.accepted === other.accepted
  );
}

const ofStores = new WeakMap<Store, KnownSigningKeys>();

/** The known signing keys of a store, the same for every relying party of this process. */
export function signingKeysOf(store: Store): KnownSigningKeys {
  const known = ofStores.get(store) ?? new KnownSigningKeys(store);
  ofStores.set(store, known);
  return known;
}
