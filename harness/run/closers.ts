/** What a run has started and must end again, last started first. */
export class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];

  push(closer: () => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  /** Ends everything, also where one part fails to end; throws the first failure. Idempotent. */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
