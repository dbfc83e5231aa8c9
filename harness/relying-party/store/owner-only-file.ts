import { statSync } from 'node:fs';
import { HarnessError, type ErrorCode } from '../../errors.js';

/** Refuses a file that others than this process's user own, read or write. */
export function requireOwnerOnly(path: string, code: ErrorCode): void {
  const stats = statSync(path);
  const problem = problemOf(stats, process.getuid?.() ?? null);
  if (problem !== null) throw new HarnessError(code, `${path}: ${problem}`);
}

/** What is wrong with a file's owner or permissions, or null. Users are null where a system has none. */
export function problemOf(
  stats: { readonly mode: number; readonly uid: number; isFile(): boolean },
  user: number | null,
): string | null {
  if (!stats.isFile()) return 'this is not a file';
  // Such a system's permissions are not in the mode.
  if (user === null) return null;
  if (stats.uid !== user) return `it belongs to user ${stats.uid}, and this is user ${user}`;
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) === 0) return null;
  return `others than its owner may use it (mode ${mode.toString(8)}); chmod 600 it`;
}
