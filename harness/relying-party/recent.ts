/** How long a value is kept. */
const FRESH_MS = 1_000;

interface Kept<Value> {
  readonly value: Value;
  readonly atMs: number;
}

/**
 * What was lately read from a store or written to it, each for a second: memory holds as many as are
 * in use within that time.
 */
export class Recent<Value> {
  readonly #elapsedMs: () => number;
  /** The one that was kept longest ago first. */
  readonly #kept = new Map<string, Kept<Value>>();

  constructor(elapsedMs: () => number = () => performance.now()) {
    this.#elapsedMs = elapsedMs;
  }

  /** To be asked before a value is read, and told to `keep` then. */
  now(): number {
    return this.#elapsedMs();
  }

  /** What is kept under a name; null where nothing is, or nothing fresh. */
  find(name: string): Value | null {
    const kept = this.#kept.get(name);
    return kept !== undefined && this.now() - kept.atMs < FRESH_MS ? kept.value : null;
  }

  /** Keeps a value that was right at a time. */
  keep(name: string, value: Value, atMs: number): void {
    for (const [oldest, kept] of this.#kept) {
      if (atMs - kept.atMs < FRESH_MS) break;
      this.#kept.delete(oldest);
    }
    // Taken out first, so that it goes to the end.
    this.#kept.delete(name);
    this.#kept.set(name, { value, atMs });
  }

  forget(name: string): void {
    this.#kept.delete(name);
  }

  clear(): void {
    this.#kept.clear();
  }
}
