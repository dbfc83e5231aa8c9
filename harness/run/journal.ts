import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { HarnessError } from '../errors.js';
import { journalLineSchema, type JournalEntry, type JournalLine } from '../report/record.js';

/** The run's write-ahead record: each line is on the disk before anybody acts on it. */
export interface Journal {
  /** The lines written so far. */
  readonly lines: readonly JournalLine[];
  append(entry: JournalEntry): JournalLine;
  /** Closes the file; appending afterwards is a bug. Idempotent. */
  close(): void;
}

/** Starts the journal of a run at `path`, which must not exist yet. */
export function openJournal(path: string, clock: () => Date): Journal {
  const file = orUnwritable(path, () => openSync(path, 'wx', 0o600));
  const lines: JournalLine[] = [];
  let isOpen = true;
  return {
    lines,
    append(entry) {
      const line = journalLineSchema.parse({
        ...entry,
        seq: lines.length + 1,
        at: clock().toISOString(),
      });
      orUnwritable(path, () => {
        writeSync(file, `${JSON.stringify(line)}\n`);
        fsyncSync(file);
      });
      lines.push(line);
      return line;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
    },
  };
}

/**
 * The lines of a journal. A last line without its line end was cut off while it was written and
 * is left out; any other broken line is an error that names its place.
 */
export function readJournal(path: string): readonly JournalLine[] {
  const text = orUnreadable(path, () => readFileSync(path, 'utf8'));
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseLine(line, `${path}:${index + 1}`));
}

function parseLine(line: string, place: string): JournalLine {
  try {
    return journalLineSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new HarnessError('ERR_FILE_INVALID', `${place}: not a line of a run's journal`, {
      cause: error,
    });
  }
}

function orUnwritable<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${path}: ${reason(error)}`, { cause: error });
  }
}

function orUnreadable<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HarnessError('ERR_FILE_UNREADABLE', `${path}: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
