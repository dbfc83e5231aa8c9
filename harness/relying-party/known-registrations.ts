import type { Registration, Store } from './store.js';

/** How long what another process changed may go unnoticed. */
const FRESH_MS = 1_000;

interface Known {
  readonly registration: Registration;
  readonly readAtMs: number;
}

/**
 * The registrations of connections, read once for many requests: a certificate is validated without
 * a look into the store. What this process changes counts at once, what another one changes within a
 * second. Only registrations that exist are kept, so memory holds as many as speak in a second.
 */
export class KnownRegistrations {
  readonly #store: Store;
  readonly #elapsedMs: () => number;
  /** By connection key, the one that was read longest ago first. */
  readonly #known = new Map<string, Known>();
  #changes = 0;

  constructor(store: Store, elapsedMs: () => number = () => performance.now()) {
    this.#store = store;
    this.#elapsedMs = elapsedMs;
  }

  /** The registration of a connection key, be it the present one or an earlier one that still counts. */
  async ofTlsKey(keyId: string): Promise<Registration | null> {
    const readAtMs = this.#elapsedMs();
    const known = this.#known.get(keyId);
    if (known !== undefined && readAtMs - known.readAtMs < FRESH_MS) return known.registration;
    const changes = this.#changes;
    const registration = await this.#store.findRegistrationByTlsKey(keyId);
    // What changed since may not be in what was read.
    if (changes !== this.#changes) return registration;
    this.#forgetOld(readAtMs);
    this.#known.delete(keyId);
    if (registration !== null) this.#known.set(keyId, { registration, readAtMs });
    return registration;
  }

  /** To be called after each change of a registration's connection keys. */
  changed(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  #forgetOld(nowMs: number): void {
    for (const [keyId, { readAtMs }] of this.#known) {
      if (nowMs - readAtMs < FRESH_MS) return;
      this.#known.delete(keyId);
    }
  }
}

const ofStores = new WeakMap<Store, KnownRegistrations>();

/** The known registrations of a store, the same for every relying party of this process. */
export function registrationsOf(store: Store): KnownRegistrations {
  const known = ofStores.get(store) ?? new KnownRegistrations(store);
  ofStores.set(store, known);
  return known;
}
