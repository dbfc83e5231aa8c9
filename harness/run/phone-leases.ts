import { homedir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../errors.js';
import type { InventoryPhone } from '../farm/inventory.js';
import type { Lab } from '../farm/lab.js';
import { openLeases, type Lease, type Leases } from '../farm/leases.js';
import type { RunRecord } from '../report/record.js';
import type { Closers } from './closers.js';

/** A lease that nobody renewed for this long is free: its run hangs, or its host is off. */
const TTL_MS = 60_000;

/** Two beats may fail to come before another run may take the phone. */
const HEARTBEAT_MS = 20_000;

/** What leasing the phones of a run takes. */
export interface LeasingRun {
  readonly runId: string;
  readonly lab: Lab;
  readonly plan: {
    readonly jobs: readonly Pick<RunRecord['plan']['jobs'][number], 'phoneAlias'>[];
  };
  /** Gets what gives the phones back. */
  readonly closers: Closers;
  /** Is told once of a phone that is no longer the run's. */
  readonly onTaken: (phone: string, error: HarnessError) => void;
  readonly heartbeatMs?: number;
}

/** Takes every phone of the plan for this run, or none: a phone of another run is an error. */
export async function leasePhones(run: LeasingRun): Promise<void> {
  const planned = new Set(run.plan.jobs.map(({ phoneAlias }) => phoneAlias));
  const opened = new Map<string, Leases>();
  for (const phone of run.lab.inventory.value.phones) {
    if (!planned.has(phone.alias)) continue;
    const folder = leaseFolder(run.lab, phone);
    const leases = opened.get(folder) ?? (await openFolder(folder, run.runId));
    opened.set(folder, leases);
    const lease = await leases.acquire(phone);
    run.closers.push(() => lease.release());
    const stop = keepAlive(lease, run);
    run.closers.push(stop);
  }
}

// What dead runs left behind is cleared away at once, also of phones that this run does not want.
async function openFolder(folder: string, runId: string): Promise<Leases> {
  try {
    const leases = openLeases({ folder, runId, ttlMs: TTL_MS });
    await leases.releaseStale();
    return leases;
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${folder}: ${reason}`, { cause: error });
  }
}

// A real phone hangs on this machine, whatever lab and reports folder a run has. A virtual one lives
// in its run's process, and another run's phone of the same name is another phone.
function leaseFolder(lab: Lab, phone: InventoryPhone): string {
  if (lab.leasesFolder !== null) return lab.leasesFolder;
  return phone.virtual === undefined ? machineLeases() : join(lab.reportsFolder, '.leases');
}

function machineLeases(): string {
  const state = process.env['XDG_STATE_HOME'];
  const home = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(home, 'attestlab', 'leases');
}

function keepAlive(lease: Lease, run: LeasingRun): () => Promise<void> {
  let beat = Promise.resolve();
  let lost = false;
  const timer = setInterval(() => {
    beat = beat
      // Beats queue up behind a slow disk; those behind a lost lease have nothing to renew.
      .then(() => (lost ? undefined : lease.renew()))
      .catch((error: unknown) => {
        lost = true;
        clearInterval(timer);
        run.onTaken(lease.record.alias, asHarnessError(lease.record.alias, error));
      });
  }, run.heartbeatMs ?? HEARTBEAT_MS);
  // Heartbeats alone must not keep a process alive.
  timer.unref();
  return async () => {
    clearInterval(timer);
    await beat;
  };
}

function asHarnessError(phone: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${phone}: its lease could not be renewed: ${reason}`;
  return new HarnessError('ERR_PHONE_LEASED', message, { cause: error });
}
