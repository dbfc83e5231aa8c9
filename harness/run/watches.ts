import { signalsOf, TrafficLog, type Signal } from '../relying-party/index.js';

/** A relying party's time and what it keeps of its traffic; the time of each phone passes by itself. */
export interface Watch {
  readonly monitor: TrafficLog;
  readonly clock: () => Date;
  /** Lets so much time pass there at once. */
  letPass(ms: number): void;
  /** Goes back to the present; what was logged stays. */
  returnToPresent(): void;
  /** The risk signals of a key, as of now. */
  signalsOf(keyId: string): readonly Signal[];
}

/** The watches of a run, one for each phone. */
export interface Watches {
  of(phone: string): Watch;
}

/** Prepares watches: weeks of traffic can pass within a scenario, and nobody waits. */
export function createWatches(now: () => Date): Watches {
  const watches = new Map<string, Watch>();
  return {
    of(phone) {
      const watch = watches.get(phone) ?? createWatch(now);
      watches.set(phone, watch);
      return watch;
    },
  };
}

function createWatch(now: () => Date): Watch {
  const monitor = new TrafficLog();
  let passedMs = 0;
  const clock = (): Date => new Date(now().getTime() + passedMs);
  return {
    ...{ monitor, clock },
    letPass(ms) {
      passedMs += ms;
    },
    returnToPresent() {
      passedMs = 0;
    },
    signalsOf: (keyId) => signalsOf(monitor, keyId, clock()),
  };
}
