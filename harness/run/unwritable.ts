import { HarnessError } from '../errors.js';

/** Does what writes to `path`; what keeps it from that is an error that names the path. */
export function orUnwritable<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The error of a file or folder that could not be written. */
export function unwritable(path: string, cause: unknown): HarnessError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError('ERR_FILE_UNWRITABLE', `${path}: ${reason}`, { cause });
}
