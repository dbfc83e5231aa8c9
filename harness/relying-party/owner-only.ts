import { chmodSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { HarnessError } from '../errors.js';

const FOR_OTHERS = 0o077;

/** Makes a folder that only its owner may enter; one that is there already must be such a folder. */
export function ownFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${folder}: ${reasonOf(cause)}`, { cause });
  }
  assertOwnersAlone(folder, 'chmod 700');
}

/** Reads a secret. Throws where others may read it: then it is none any more. */
export function readSecret(file: string): string {
  const text = readText(file);
  assertOwnersAlone(file, 'chmod 600');
  return text;
}

/** Reads a text that is no secret. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reasonOf(cause)}`, { cause });
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

/** Throws where a file or folder is another user's, or others may use it. */
export function assertOwnersAlone(path: string, remedy: string): void {
  const problem = problemOf(lstatSync(path), process.getuid?.() ?? null);
  if (problem === null) return;
  throw new HarnessError('ERR_FILE_INVALID', `${path}: ${problem}; ${remedy} ${path}`);
}

/** What is wrong with an owner or permissions, or null. The user is null where a system has none. */
export function problemOf(
  { mode, uid }: { readonly mode: number; readonly uid: number },
  user: number | null,
): string | null {
  // Whoever owns it can read it again whenever he likes.
  if (user !== null && uid !== user) return `it belongs to user ${uid}, and this is user ${user}`;
  return (mode & FOR_OTHERS) === 0 ? null : 'others may read it';
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
