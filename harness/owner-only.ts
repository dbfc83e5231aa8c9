import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { HarnessError } from './errors.js';

// The one rule for what is secret on a disk: a file or folder of this user's or root's that gives
// nobody else a permission. A link to one is followed where this user or root made the link, as
// those of mounted secrets are. Windows knows neither these users nor these permissions, so nothing
// is looked at there: whoever runs it on Windows sees to the folder's access list.
const FOR_OTHERS = 0o077;
const ROOT = 0;

/** Makes a folder that only its owner may enter; one that is there already must be such a folder. */
export function ownFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${folder}: ${reasonOf(cause)}`, { cause });
  }
  assertOwnersAlone(folder, 'chmod 700');
}

/** Reads a secret's text. Throws where others may read it: then it is none any more. */
export function readSecret(file: string): string {
  let bytes: Uint8Array;
  try {
    assertOwnLink(file);
    // What is judged is the file that is read, whatever stands under its name by then; and one that
    // is a pipe must not hold up the process before it is refused.
    const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(opened);
      if (!stats.isFile()) throw invalid(file, 'is no file');
      assertNobodyElses(file, stats, 'chmod 600');
      bytes = readFileSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reasonOf(cause)}`, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(file, 'is not UTF-8 text', cause);
  }
}

/** Writes a new file that only its owner may read. Throws where there is one of that name. */
export function writeSecret(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    // What the process masks away is not given back by the mode above, so it is said again.
    chmodSync(file, 0o600);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reasonOf(cause)}`, { cause });
  }
}

/** Throws where a file or folder is another user's, or others may use it; it must be there. */
export function assertOwnersAlone(path: string, remedy: string): void {
  assertOwnLink(path);
  assertNobodyElses(path, statSync(path), remedy);
}

/** What is wrong with an owner or permissions, or null. The user is null where a system has none. */
export function problemOf(
  { mode, uid }: Pick<Stats, 'mode' | 'uid'>,
  user: number | null,
): string | null {
  if (user === null) return null;
  return foreignOwner(uid, user) ?? ((mode & FOR_OTHERS) === 0 ? null : 'others may read it');
}

// Whoever may point a link elsewhere chooses which of this user's secrets is read for another.
function assertOwnLink(path: string): void {
  const stats = lstatSync(path);
  const user = currentUser();
  if (user === null || !stats.isSymbolicLink()) return;
  const problem = foreignOwner(stats.uid, user);
  if (problem !== null) throw invalid(path, `is a link, and ${problem}`);
}

function assertNobodyElses(path: string, stats: Stats, remedy: string): void {
  const problem = problemOf(stats, currentUser());
  if (problem !== null) throw invalid(path, `${problem}; ${remedy} ${path}`);
}

// Whoever owns it can read it again whenever he likes; root can in any case.
function foreignOwner(uid: number, user: number): string | null {
  if (uid === user || uid === ROOT) return null;
  return `it belongs to user ${uid}, and this is user ${user}`;
}

function currentUser(): number | null {
  return process.getuid?.() ?? null;
}

function invalid(path: string, problem: string, cause?: unknown): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', `${path}: ${problem}`, { cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
