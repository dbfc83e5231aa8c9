import { utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { JournalEntry, JournalLine } from '../report/record.js';
import { startFile } from './growing-file.js';

/**
 * The run's write-ahead record: each line is with the system before anybody acts on it, so that a
 * process that is killed loses none. What must outlast the machine as well waits for `synced`.
 */
export interface Journal {
  /** The lines written so far. */
  readonly lines: readonly JournalLine[];
  append(entry: JournalEntry): JournalLine;
  /** Appends, and holds back what the disk does not take: the run has to end all the same. */
  keep(entry: JournalEntry): void;
  /** What the disk did not take yet. */
  readonly unwritten: readonly JournalLine[];
  /** Tries once more what is unwritten, for when there is room again. */
  writeUnwritten(): void;
  /** Why a line could not be written, or not be kept, for the first time; null where each was. */
  readonly failure: HarnessError | null;
  /**
   * Resolves once every line that was appended is on the disk. Whoever waits at the same time shares
   * one wait. Where the disk failed once, it never resolves again: what it kept is unknown.
   */
  synced(): Promise<void>;
  /** Closes the file; appending afterwards is a bug. Idempotent. */
  close(): void;
}

/** Starts the journal of a run at `path`, which must not exist yet. */
export function openJournal(path: string, clock: () => Date): Journal {
  const file = startFile(path);
  const lines: JournalLine[] = [];
  let unwritten: readonly JournalLine[] = [];
  let failure: HarnessError | null = null;
  const write = (line: JournalLine): JournalLine => {
    try {
      file.append(utf8(`${JSON.stringify(line)}\n`));
    } catch (error) {
      if (error instanceof HarnessError) failure ??= error;
      throw error;
    }
    lines.push(line);
    return line;
  };
  const lineOf = (entry: JournalEntry, seq: number): JournalLine => ({
    ...entry,
    seq,
    at: clock().toISOString(),
  });
  const keepLine = (line: JournalLine): void => {
    try {
      write({ ...line, seq: lines.length + 1 });
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      unwritten = [...unwritten, { ...line, seq: lines.length + unwritten.length + 1 }];
    }
  };
  return {
    lines,
    append: (entry) => write(lineOf(entry, lines.length + 1)),
    keep(entry) {
      keepLine(lineOf(entry, lines.length + 1));
    },
    get unwritten() {
      return unwritten;
    },
    writeUnwritten() {
      const again = unwritten;
      unwritten = [];
      for (const line of again) keepLine(line);
    },
    get failure() {
      return failure ?? file.failure;
    },
    synced: () => file.synced(),
    close() {
      file.close();
    },
  };
}

/** Journals what broke outside any job. */
export function journalError(journal: Journal, error: unknown): void {
  const code = error instanceof HarnessError ? error.code : 'ERR_UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  journal.keep({ type: 'error', phone: null, scenario: null, code, message });
}
