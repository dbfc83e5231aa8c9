import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../errors.js';

/** Writes a file that only its owner can read. */
export function writeOwnedFile(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // The mode above counts only where the file is new.
    chmodSync(file, 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reason}`, { cause });
  }
}
