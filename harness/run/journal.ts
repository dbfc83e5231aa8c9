import { closeSync, fsyncSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { utf8 } from '../encoding/bytes.js';
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
  const file = orUnwritable(path, () => openSync(path, 'ax', 0o600));
  const lines: JournalLine[] = [];
  let isOpen = true;
  let size = 0;
  return {
    lines,
    append(entry) {
      const line = journalLineSchema.parse({
        ...entry,
        seq: lines.length + 1,
        at: clock().toISOString(),
      });
      const bytes = utf8(`${JSON.stringify(line)}\n`);
      orUnwritable(path, () => {
        try {
          // A full disk takes a part of a line, which a single write reports as a success.
          writeFileSync(file, bytes);
          fsyncSync(file);
        } catch (error) {
          ftruncateSync(file, size);
          throw error;
        }
      });
      size += bytes.length;
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

function orUnwritable<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${path}: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
