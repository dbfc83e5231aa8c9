/** Events by key, in bounded memory: of the key heard of least recently all go, of each the oldest. */
export class Histories<Event> {
  readonly #byKey = new Map<string, Event[]>();
  readonly #bounds: { readonly histories: number; readonly events: number };

  constructor(bounds: { readonly histories: number; readonly events: number }) {
    this.#bounds = bounds;
  }

  /** Appends an event to a key's history. */
  add(key: string, event: Event): void {
    const history = this.#byKey.get(key) ?? [];
    history.push(event);
    if (history.length > this.#bounds.events) history.shift();
    // A map keeps the order of insertion: put in anew, the key is the last to go.
    this.#byKey.delete(key);
    this.#byKey.set(key, history);
    if (this.#byKey.size <= this.#bounds.histories) return;
    for (const oldest of this.#byKey.keys()) {
      this.#byKey.delete(oldest);
      return;
    }
  }

  /** A key's events, oldest first. */
  of(key: string): readonly Event[] {
    return [...(this.#byKey.get(key) ?? [])];
  }
}
