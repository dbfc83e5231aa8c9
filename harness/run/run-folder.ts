import { randomBytes } from 'node:crypto';
import {
  close,
  closeSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { removeQuietly } from '../report/owned-file.js';
import { RUN_FILES, type RunRecord } from '../report/record.js';
import { sha256Of } from './file-digest.js';
import { startFile, type GrowingFile } from './growing-file.js';
import { sharedWait } from './shared-wait.js';
import { orUnwritable, unwritable } from './unwritable.js';

/** The folder of one run; evidence holds serial numbers, so only its owner may read it. */
export interface RunFolder {
  readonly id: string;
  readonly path: string;
  /** Absolute path of a file of the run. */
  file(name: string): string;
  /** Stores a file under evidence/<phone>/ and returns the path relative to the run folder and its hash. */
  storeEvidence(
    phone: string,
    name: string,
    content: string | Uint8Array,
  ): { file: string; sha256: string };
  /** Adds to the file evidence/<phone>/<name>, and returns where in it that went, and its hash. */
  appendEvidence(phone: string, name: string, bytes: Uint8Array): StoredPart;
  /** Resolves once all evidence stored so far is on the disk; where that failed once, never again. */
  synced(): Promise<void>;
  /** Stores `text` as a file of the run; the name may hold folders. */
  storeText(name: string, text: string): void;
  /** Replaces run.json as a whole: a reader sees the old record or the new one, never half. */
  writeRecord(record: RunRecord): void;
  /** Gives up the room that was set aside for the end of the run. Idempotent. */
  freeReserve(): void;
  /** Points reports/latest at this run, atomically. */
  publish(): void;
  /** Closes the files that evidence is added to; adding afterwards is a bug. Idempotent. */
  close(): void;
}

/** A part of a file of evidence. */
export interface StoredPart {
  /** Relative to the run folder. */
  readonly file: string;
  readonly offset: number;
  /** Of the part alone, lower-case hex. */
  readonly sha256: string;
}

/** Makes `<reports>/runs/<id>/`; the id sorts by time and never repeats. */
export function createRunFolder(reports: string, startedAt: Date): RunFolder {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').slice(0, 15);
  const id = `${stamp}Z-${randomBytes(3).toString('hex')}`;
  const path = join(reports, 'runs', id);
  const made = new Set<string>();
  const makeFolder = (folder: string): void => {
    if (made.has(folder)) return;
    orUnwritable(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    made.add(folder);
  };
  makeFolder(path);
  const reserve = join(path, 'reserve');
  setAside(reserve);
  const store = (name: string, content: string | Uint8Array): void => {
    makeFolder(dirname(join(path, name)));
    writeWhole(join(path, name), content);
  };
  return {
    id,
    path,
    file: (name) => join(path, name),
    ...evidenceFiles(path, makeFolder),
    storeText: store,
    writeRecord(record) {
      writeWhole(join(path, RUN_FILES.record), `${JSON.stringify(record, null, 2)}\n`);
    },
    freeReserve() {
      removeQuietly(reserve);
    },
    publish() {
      const latest = join(reports, 'latest');
      const swap = `${latest}.${id}`;
      orUnwritable(latest, () => {
        symlinkSync(relative(reports, path), swap);
        try {
          renameSync(swap, latest);
        } catch (error) {
          rmSync(swap, { force: true });
          throw error;
        }
      });
    },
  };
}

type EvidenceFiles = Pick<RunFolder, 'storeEvidence' | 'appendEvidence' | 'synced' | 'close'>;

function evidenceFiles(run: string, makeFolder: (folder: string) => void): EvidenceFiles {
  const growing = new Map<string, GrowingFile>();
  // Synced together, a scenario's files cost one wait for the disk; one by one they would hold up
  // whoever makes a file meanwhile.
  let unsynced: OpenFile[] = [];
  let grown = new Set<GrowingFile>();
  const placeOf = (
    phone: string,
    name: string,
  ): { readonly file: string; readonly path: string } => {
    const file = join(RUN_FILES.evidence, phone, name);
    const path = join(run, file);
    makeFolder(dirname(path));
    return { file, path };
  };
  return {
    storeEvidence(phone, name, content) {
      const { file, path } = placeOf(phone, name);
      unsynced.push({ open: writeOnce(path, content), file });
      return { file, sha256: sha256Of(content) };
    },
    appendEvidence(phone, name, bytes) {
      const { file, path } = placeOf(phone, name);
      const known = growing.get(path) ?? startFile(path);
      growing.set(path, known);
      grown.add(known);
      return { file, offset: known.append(bytes), sha256: sha256Of(bytes) };
    },
    synced: sharedWait(async () => {
      const [files, added] = [unsynced, grown];
      unsynced = [];
      grown = new Set();
      await Promise.all([...files.map(syncAndClose), ...[...added].map((file) => file.synced())]);
    }),
    close() {
      for (const file of growing.values()) file.close();
    },
  };
}

const MOST_RESERVED_BYTES = 2 * 1024 * 1024;

/**
 * Takes room that the end of a run gets where its middle has filled the disk: outcomes, record and
 * reports are worth more than one more piece of evidence. Of a small disk it leaves most to the run.
 */
function setAside(reserve: string): void {
  try {
    const { bavail, bsize } = statfsSync(dirname(reserve));
    const bytes = Math.min(MOST_RESERVED_BYTES, Math.floor((bavail * bsize) / 4));
    // No run of zeros, for which some file systems take no room.
    writeFileSync(reserve, randomBytes(bytes), { mode: 0o600 });
  } catch {
    // Whoever needs room next says what the disk lacks.
    removeQuietly(reserve);
  }
}

// Nothing counts on a file of evidence before the journal names it, so a crash in the middle of
// writing leaves a file that nobody reads.
function writeOnce(path: string, content: string | Uint8Array): number {
  return orUnwritable(path, () => {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });
}

const fsyncLater = promisify(fsync);
const closeLater = promisify(close);

interface OpenFile {
  readonly open: number;
  /** Relative to the run folder. */
  readonly file: string;
}

async function syncAndClose({ open, file }: OpenFile): Promise<void> {
  try {
    await fsyncLater(open).finally(() => closeLater(open));
  } catch (error) {
    throw unwritable(file, error);
  }
}

// A new file beside the old one, then a rename: a crash in between leaves the old one intact.
function writeWhole(path: string, content: string | Uint8Array): void {
  orUnwritable(path, () => {
    try {
      const file = openSync(`${path}.new`, 'w', 0o600);
      try {
        writeFileSync(file, content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(`${path}.new`, path);
    } catch (error) {
      // The half of a file on a full disk takes the room of a whole one.
      removeQuietly(`${path}.new`);
      throw error;
    }
  });
}
