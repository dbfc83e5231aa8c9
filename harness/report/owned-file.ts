import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../errors.js';

/**
 * Writes a file that only its owner can read, whole or not at all: half a page, left by a full disk,
 * would pass for one.
 */
export function writeOwnedFile(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  const unfinished = `${file}.new`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600 });
    // The mode above counts only where the file is new.
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, file);
  } catch (cause) {
    removeQuietly(unfinished);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reason}`, { cause });
  }
}

/** Removes what was begun and cannot be finished; the error that kept it from that is the one to tell. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A folder that cannot be written keeps what is in it.
  }
}
