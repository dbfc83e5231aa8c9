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

function assertOwnersAlone(path: string, remedy: string): void {
  if ((lstatSync(path).mode & FOR_OTHERS) === 0) return;
  throw new HarnessError('ERR_FILE_INVALID', `${path}: others may read it; ${remedy} ${path}`);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
