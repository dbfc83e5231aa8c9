import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { HarnessError } from '../errors.js';

/** A lock whose owner died is free after this long without a heartbeat. */
const STALE_MS = 10_000;

/** The right to run into one reports folder. */
export interface RunLock {
  /** Idempotent. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a reports folder. Two runs at once would fight over phones and over
 * `latest`, so the second one is turned away rather than queued.
 */
export async function takeRunLock(reports: string): Promise<RunLock> {
  const lockfilePath = join(reports, 'run.lock');
  let release: () => Promise<void>;
  try {
    mkdirSync(reports, { recursive: true, mode: 0o700 });
    release = await lock(reports, { lockfilePath, stale: STALE_MS, onCompromised: ignoreTheft });
  } catch (error) {
    throw lockError(reports, lockfilePath, error);
  }
  let isHeld = true;
  return {
    async release() {
      if (!isHeld) return;
      isHeld = false;
      // Somebody removed the lock by hand: there is nothing left to give back.
      await release().catch(() => undefined);
    },
  };
}

// A stalled machine may miss its heartbeats. The run's own folder stays its own, so it goes on.
function ignoreTheft(): void {
  return;
}

function lockError(reports: string, lockfilePath: string, error: unknown): HarnessError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ELOCKED') {
    return new HarnessError(
      'ERR_RUN_IN_PROGRESS',
      `${reports}: another run holds ${lockfilePath} (the lock of a dead run frees itself after ${STALE_MS / 1000} s)`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new HarnessError('ERR_FILE_UNWRITABLE', `${lockfilePath}: ${message}`, { cause: error });
}
