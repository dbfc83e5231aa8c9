/**
 * Runs `work` with `Date` standing still at `now`: libraries read the system's clock, and a vector
 * is judged for its own time. For this process alone, and for one piece of work at a time.
 */
export async function withClockAt<T>(now: Date, work: () => Promise<T> | T): Promise<T> {
  const RealDate = globalThis.Date;
  const stopped = now.getTime();
  class StoppedDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [stopped] : given) as [number]));
    }

    static override now(): number {
      return stopped;
    }
  }
  globalThis.Date = StoppedDate as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = RealDate;
  }
}
