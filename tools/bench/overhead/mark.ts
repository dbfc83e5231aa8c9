import { readdirSync, readFileSync } from 'node:fs';

/** A moment of a process: since its birth, and what it and its descendants have computed until then. */
export interface Mark {
  readonly wallMs: number;
  /** User and system time; null where the platform does not tell that of descendants. */
  readonly cpuMs: number | null;
}

/** A part's moments: born at zero, then what is ready, done and ended. */
export interface Marks {
  /** Everything stands; the test runner is about to start. */
  readonly ready: Mark;
  /** The test runner has ended. */
  readonly ran: Mark;
  /** Everything is closed again. */
  readonly ended: Mark;
}

/** What a process of the benchmark tells the one that started it. */
export interface PartResult {
  readonly marks: Marks;
  /** Requests that Appium took, by its log. */
  readonly requests: number;
  /** Commands that phones carried out; null where nobody counted. */
  readonly answered: number | null;
}

/** This moment. */
export function mark(): Mark {
  return { wallMs: performance.now(), cpuMs: cpuOf(process.pid) };
}

// Fields of /proc/PID/stat after the name, which may hold blanks: user, system, and both of children
// that have been waited for.
const TIMES = { first: 11, last: 15 } as const;
/** USER_HZ; every Linux that Node runs on has this one. */
const MS_PER_TICK = 10;

function cpuOf(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(TIMES.first, TIMES.last).reduce((sum, one) => sum + Number(one), 0);
    return ticks * MS_PER_TICK + childrenOf(pid).reduce((sum, one) => sum + (cpuOf(one) ?? 0), 0);
  } catch {
    // It has ended in the meantime; whoever waited for it counts it.
    return 0;
  }
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((one) => one !== '')
      .map(Number),
  );
}

/** How many requests an Appium log tells of. */
export function requestsIn(log: string): number {
  return readFileSync(log, 'utf8').match(/\[HTTP\] --> /g)?.length ?? 0;
}
