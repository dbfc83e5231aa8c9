import { closeSync, fsync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { HarnessError } from '../errors.js';
import { sharedWait } from './shared-wait.js';
import { orUnwritable, unwritable } from './unwritable.js';

/** A file that is only ever added to. */
export interface GrowingFile {
  /** Adds all of `bytes`, or on a full disk nothing; returns the offset at which they begin. */
  append(bytes: Uint8Array): number;
  /**
   * Resolves once all that was added is on the disk. Whoever waits at the same time shares one wait.
   * Where the disk failed once, it never resolves again: what it kept is unknown.
   */
  synced(): Promise<void>;
  /** Why the disk did not keep what it took; null where it did. */
  readonly failure: HarnessError | null;
  /** Idempotent. */
  close(): void;
}

const fsyncLater = promisify(fsync);

/** Starts a file at `path`, which must not exist yet; its owner alone may read it. */
export function startFile(path: string): GrowingFile {
  const file = orUnwritable(path, () => openSync(path, 'ax', 0o600));
  let size = 0;
  let failure: HarnessError | null = null;
  let isOpen = true;
  const synced = sharedWait(async () => {
    try {
      await fsyncLater(file);
    } catch (error) {
      failure = unwritable(path, error);
      throw failure;
    }
  });
  return {
    append(bytes) {
      // The number of a closed file may be another file's by now.
      if (!isOpen) throw unwritable(path, new Error('is closed'));
      orUnwritable(path, () => {
        try {
          // A full disk takes a part, which a single write reports as a success.
          writeFileSync(file, bytes);
        } catch (error) {
          ftruncateSync(file, size);
          throw error;
        }
      });
      const offset = size;
      size += bytes.length;
      return offset;
    },
    synced,
    get failure() {
      return failure;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
    },
  };
}
