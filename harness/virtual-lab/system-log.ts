/** A line of a phone's log. */
export interface LogLine {
  /** By the phone's own clock. */
  readonly at: Date;
  readonly text: string;
}

/** Phones overwrite what is old. */
const MOST_LINES = 400;

/** The log of a phone's system: what its apps and its network did, without what they carried. */
export class SystemLog {
  readonly #now: () => Date;
  #lines: LogLine[] = [];

  constructor(now: () => Date) {
    this.#now = now;
  }

  add(text: string): void {
    this.#lines.push({ at: this.#now(), text });
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }

  /** The lines since the last call, oldest first: as with `logcat`, whoever reads them takes them. */
  take(): readonly LogLine[] {
    const taken = this.#lines;
    this.#lines = [];
    return taken;
  }
}
