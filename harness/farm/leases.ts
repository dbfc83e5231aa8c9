import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { HarnessError } from '../errors.js';

const leaseSchema = z
  .strictObject({
    version: z.literal(1),
    udid: z.string().min(1),
    alias: z.string().min(1),
    /** The run that holds the phone. */
    runId: z.string().min(1),
    host: z.string().min(1),
    pid: z.number().int().positive(),
    /** Tells this lease from a later one of the same process. */
    token: z.string().min(1),
    acquiredAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .readonly();

/** Who holds a phone, and until when. */
export type LeaseRecord = z.infer<typeof leaseSchema>;

/** What became of a lease file whose owner may be gone. */
export interface StaleLease {
  readonly file: string;
  /** Null where the file holds no lease. */
  readonly lease: LeaseRecord | null;
  readonly reason: string;
}

/** A phone that is ours until released, expired or stolen. */
export interface Lease {
  readonly record: LeaseRecord;
  /** Extends the lease; throws where it is no longer ours. */
  renew(): Promise<void>;
  /** Gives the phone back; a second time does nothing, and another owner's lease stays. */
  release(): Promise<void>;
}

/** Leases in one folder that every run of the lab's host shares. */
export interface Leases {
  acquire(phone: { readonly udid: string; readonly alias: string }): Promise<Lease>;
  list(): readonly LeaseRecord[];
  /** Frees phones whose owner is dead or whose lease has expired. */
  releaseStale(): Promise<readonly StaleLease[]>;
}

/** What leases depend on; tests replace clock, host and the view of processes. */
export interface LeaseSettings {
  readonly folder: string;
  readonly runId: string;
  readonly ttlMs: number;
  readonly now?: () => Date;
  readonly host?: string;
  readonly pid?: number;
  readonly isAlive?: (pid: number) => boolean;
}

type Settings = Required<LeaseSettings>;

/** Opens the folder of leases, and makes it where it is absent. */
export function openLeases(given: LeaseSettings): Leases {
  const settings: Settings = {
    now: () => new Date(),
    host: hostname(),
    pid: process.pid,
    isAlive: isProcessAlive,
    ...given,
  };
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  return {
    acquire: (phone) => exclusively(settings.folder, () => acquire(settings, phone)),
    list: () =>
      leaseFiles(settings.folder)
        .map((file) => readLease(file))
        .filter((lease) => lease !== null),
    releaseStale: () => exclusively(settings.folder, () => releaseStale(settings)),
  };
}

function acquire(
  settings: Settings,
  phone: { readonly udid: string; readonly alias: string },
): Lease {
  const file = leaseFile(settings.folder, phone.udid);
  const held = readLease(file);
  if (held !== null && staleness(settings, held) === null) {
    throw new HarnessError(
      'ERR_PHONE_LEASED',
      `${phone.alias}: run ${held.runId} (process ${held.pid} on ${held.host}) holds it until ${held.expiresAt}`,
    );
  }
  const now = settings.now();
  const record: LeaseRecord = {
    version: 1,
    udid: phone.udid,
    alias: phone.alias,
    runId: settings.runId,
    host: settings.host,
    pid: settings.pid,
    token: randomUUID(),
    acquiredAt: now.toISOString(),
    expiresAt: expiry(settings),
  };
  writeLease(file, record);
  return openLease(settings, file, record);
}

function openLease(settings: Settings, file: string, record: LeaseRecord): Lease {
  const isOurs = (): boolean => readLease(file)?.token === record.token;
  return {
    record,
    renew: () =>
      exclusively(settings.folder, () => {
        if (!isOurs()) {
          const message = `${record.alias}: the lease of run ${record.runId} was taken over`;
          throw new HarnessError('ERR_PHONE_LEASED', message);
        }
        writeLease(file, { ...record, expiresAt: expiry(settings) });
      }),
    release: () =>
      exclusively(settings.folder, () => {
        if (isOurs()) rmSync(file, { force: true });
      }),
  };
}

function releaseStale(settings: Settings): readonly StaleLease[] {
  const stale = leaseFiles(settings.folder).flatMap((file): readonly StaleLease[] => {
    const lease = readLease(file);
    const reason = lease === null ? 'the file holds no lease' : staleness(settings, lease);
    return reason === null ? [] : [{ file, lease, reason }];
  });
  for (const { file } of stale) rmSync(file, { force: true });
  return stale;
}

// A process of another host cannot be looked at: there, only the expiry counts.
function staleness(settings: Settings, lease: LeaseRecord): string | null {
  if (new Date(lease.expiresAt) <= settings.now()) return `expired at ${lease.expiresAt}`;
  if (lease.host === settings.host && !settings.isAlive(lease.pid)) {
    return `process ${lease.pid} is gone`;
  }
  return null;
}

function expiry({ now, ttlMs }: Settings): string {
  return new Date(now().getTime() + ttlMs).toISOString();
}

/** A lease that cannot be read is none: its writer renames whole files, so it was no writer of ours. */
function readLease(file: string): LeaseRecord | null {
  try {
    return leaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return null;
    if (isMissing(error)) return null;
    throw error;
  }
}

function writeLease(file: string, record: LeaseRecord): void {
  const draft = `${file}.${record.token}.draft`;
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

function leaseFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.lease.json'))
    .sort()
    .map((name) => join(folder, name));
}

// A udid may hold characters that no file name can.
function leaseFile(folder: string, udid: string): string {
  return join(folder, `${encodeURIComponent(udid)}.lease.json`);
}

/** Reads and writes of the folder's leases are one step each, also between processes. */
async function exclusively<Value>(folder: string, act: () => Value): Promise<Value> {
  const unlock = await lock(folder);
  try {
    return act();
  } finally {
    await unlock();
  }
}

async function lock(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockfile.lock(folder, {
      lockfilePath: join(folder, '.lock'),
      // What is done under it is done at once: a process that was stopped has nothing left to guard.
      onCompromised: () => undefined,
      retries: { retries: 50, minTimeout: 20, maxTimeout: 200 },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${folder}: ${reason}`, { cause });
  }
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
