/** How much is kept of one kind of event. */
export interface HistoryBounds {
  readonly histories: number;
  /** Events of each. */
  readonly events: number;
  /** Events of all of them together. */
  readonly total: number;
}

/** Events by key, in bounded memory: of the key heard of least recently all go, of each the oldest. */
export class Histories<Event> {
  readonly #byKey = new Map<string, Event[]>();
  readonly #bounds: HistoryBounds;
  #count = 0;

  constructor(bounds: HistoryBounds) {
    this.#bounds = bounds;
  }

  /** How many events are kept. */
  get count(): number {
    return this.#count;
  }

  /** Appends an event to a key's history. */
  add(key: string, event: Event): void {
    const history = this.#byKey.get(key) ?? [];
    history.push(event);
    if (history.length > this.#bounds.events) history.shift();
    else this.#count += 1;
    // A map keeps the order of insertion: put in anew, the key is the last to go.
    this.#byKey.delete(key);
    this.#byKey.set(key, history);
    for (const [oldest, { length }] of this.#byKey) {
      const { histories, total } = this.#bounds;
      if (this.#byKey.size <= histories && this.#count <= total) return;
      if (oldest === key) return;
      this.#byKey.delete(oldest);
      this.#count -= length;
    }
  }

  /** A key's events, oldest first. */
  of(key: string): readonly Event[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  /** The last event of each key. */
  *latest(): Iterable<readonly [key: string, event: Event]> {
    for (const [key, history] of this.#byKey) {
      const last = history.at(-1);
      if (last !== undefined) yield [key, last];
    }
  }
}
