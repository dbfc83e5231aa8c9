import { Recent } from './recent.js';
import type { Registration, Store } from './store.js';

/**
 * The registrations of connections, read once for many requests: a certificate is validated without
 * a look into the store. What this process changes counts at once, what another one changes within a
 * second. Only registrations that exist are kept, so memory holds as many as speak in a second.
 */
export class KnownRegistrations {
  readonly #store: Store;
  readonly #known: Recent<Registration>;
  #changes = 0;

  constructor(store: Store, elapsedMs?: () => number) {
    this.#store = store;
    this.#known = new Recent(elapsedMs);
  }

  /** The registration of a connection key, be it the present one or an earlier one that still counts. */
  async ofTlsKey(keyId: string): Promise<Registration | null> {
    const known = this.#known.find(keyId);
    if (known !== null) return known;
    const changes = this.#changes;
    const readAtMs = this.#known.now();
    const registration = await this.#store.findRegistrationByTlsKey(keyId);
    // What changed since may not be in what was read.
    if (changes !== this.#changes) return registration;
    if (registration !== null) this.#known.keep(keyId, registration, readAtMs);
    return registration;
  }

  /** To be called after each change of a registration's connection keys. */
  changed(): void {
    this.#changes += 1;
    this.#known.clear();
  }
}

const ofStores = new WeakMap<Store, KnownRegistrations>();

/** The known registrations of a store, the same for every relying party of this process. */
export function registrationsOf(store: Store): KnownRegistrations {
  const known = ofStores.get(store) ?? new KnownRegistrations(store);
  ofStores.set(store, known);
  return known;
}
