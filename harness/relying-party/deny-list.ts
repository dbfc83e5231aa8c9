import type { DenyEntry, Store } from './store.js';

/** How long another process's entry may go unnoticed. */
const REFRESH_MS = 10_000;

/** How the deny list of a store is kept at hand. */
export interface DenyListOptions {
  readonly store: Store;
  readonly refreshMs?: number;
  /** Is told where the store cannot be read; the last list stays in force. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The keys that are turned away after an incident. Certificates are short-lived, so the list is
 * small: it is kept whole in memory, where every request looks, and read again after each change
 * made here and every few seconds for those made by others. No request waits for the store for it.
 */
export class DenyList {
  readonly #store: Store;
  readonly #onFault: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #entries: ReadonlyMap<string, DenyEntry> = new Map();

  private constructor({ store, refreshMs = REFRESH_MS, onFault }: DenyListOptions) {
    this.#store = store;
    this.#onFault = onFault;
    this.#timer = setInterval(() => {
      this.refresh().catch(this.#onFault);
    }, refreshMs);
    this.#timer.unref();
  }

  /** Reads the list; nothing is served before it is known. */
  static async open(options: DenyListOptions): Promise<DenyList> {
    const list = new DenyList(options);
    try {
      await list.refresh();
    } catch (error) {
      list.close();
      throw error;
    }
    return list;
  }

  /** The first of these keys that is denied; null where none is. */
  find(keyIds: readonly string[]): DenyEntry | null {
    for (const keyId of keyIds) {
      const entry = this.#entries.get(keyId);
      if (entry !== undefined) return entry;
    }
    return null;
  }

  /** As it was read last, in the order of its entries. */
  entries(): readonly DenyEntry[] {
    return [...this.#entries.values()];
  }

  /** Denies a key from now on; a second entry replaces the first. */
  async deny(entry: DenyEntry): Promise<void> {
    await this.#store.deny(entry);
    await this.refresh();
  }

  /** Takes a key off the list; false where it was not on it. */
  async allow(keyId: string): Promise<boolean> {
    const was = await this.#store.allow(keyId);
    await this.refresh();
    return was;
  }

  /** Reads the list again. */
  async refresh(): Promise<void> {
    const entries = await this.#store.denied();
    this.#entries = new Map(entries.map((entry) => [entry.keyId, entry]));
  }

  /** Reads no more. */
  close(): void {
    clearInterval(this.#timer);
  }
}
