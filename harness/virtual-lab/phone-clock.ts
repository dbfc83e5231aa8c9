/** A phone's own clock: the lab's time, off by as much as its owner set it. */
export class PhoneClock {
  readonly #now: () => Date;
  #offsetMs: number;

  constructor(now: () => Date, offsetMs = 0) {
    this.#now = now;
    this.#offsetMs = offsetMs;
  }

  now(): Date {
    return new Date(this.#now().getTime() + this.#offsetMs);
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Sets the clock wrong by so much; positive is fast. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}
