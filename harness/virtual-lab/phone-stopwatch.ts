/**
 * A phone's monotonic clock. Modelled durations pass on it in full, however short the lab makes them:
 * what a probe measures with it can be held against a budget, whatever the lab's time scale is.
 */
export class PhoneStopwatch {
  #aheadMs = 0;

  /** To be read between waits, as whoever measures an operation does. */
  nowMs(): number {
    return performance.now() + this.#aheadMs;
  }

  /** What has passed here beside real time; for platform code that has a clock of its own. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Waits for `act`, and lets exactly `ms` pass on this clock meanwhile. */
  async during(ms: number, act: () => Promise<unknown>): Promise<void> {
    const begunAt = performance.now();
    await act();
    // Two that wait at once would both be counted, as two operations queue in one secure element.
    this.#aheadMs += ms - (performance.now() - begunAt);
  }
}
