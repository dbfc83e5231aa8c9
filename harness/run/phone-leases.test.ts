import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadLab, type Lab } from '../farm/lab.js';
import { openLeases } from '../farm/leases.js';
import { productRoot } from '../product.js';
import { Closers } from './closers.js';
import { leasePhones } from './phone-leases.js';

const shipped = loadLab(join(productRoot, 'fixtures', 'labs', 'virtual'));
const [first, second] = shipped.inventory.value.phones;
if (first === undefined || second === undefined) throw new Error('the shipped lab has two phones');
const job = { scenarioId: 'a/b', floor: 'a', title: 'b', class: 'c' };
const plan = { jobs: [first, second].map(({ alias }) => ({ ...job, phoneAlias: alias })) };
const ttlMs = 60_000;

let folder: string;
let lab: Lab;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-phones-'));
  lab = { ...shipped, leasesFolder: join(folder, 'leases') };
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function lease(changes: Partial<Parameters<typeof leasePhones>[0]> = {}) {
  const closers = new Closers();
  const run = { runId: 'run-1', lab, plan, closers, onTaken: () => undefined, ...changes };
  return { closers, leased: leasePhones(run) };
}

const held = () => openLeases({ folder: join(folder, 'leases'), runId: 'x', ttlMs }).list();

describe('the phones of a run', () => {
  it('are leased to it, and free again when the run has ended', async () => {
    const { closers, leased } = lease();
    await leased;
    expect(held()).toHaveLength(2);
    expect(held()[0]).toMatchObject({ runId: 'run-1', pid: process.pid });
    await closers.closeAll();
    expect(held()).toEqual([]);
  });

  it('are those of the plan alone', async () => {
    const jobs = plan.jobs.slice(0, 1);
    await lease({ plan: { jobs } }).leased;
    expect(held().map(({ alias }) => alias)).toEqual([first.alias]);
  });

  it('are not to be had while another run holds one, and none stays taken', async () => {
    const other = openLeases({ folder: join(folder, 'leases'), runId: 'other', ttlMs });
    await other.acquire(second);
    const { closers, leased } = lease();
    await expect(leased).rejects.toMatchObject({
      code: 'ERR_PHONE_LEASED',
      exit: 4,
      message: expect.stringMatching(`^${second.alias}: run other`) as string,
    });
    await closers.closeAll();
    expect(held().map(({ runId }) => runId)).toEqual(['other']);
  });

  it('are taken from a run that crashed, with everything else that it left behind', async () => {
    // Above the largest pid of Linux and macOS.
    const crashed = { folder: join(folder, 'leases'), runId: 'dead', ttlMs, pid: 2 ** 22 + 1 };
    await openLeases(crashed).acquire(first);
    await openLeases(crashed).acquire({ udid: 'GONE', alias: 'gone' });
    await lease().leased;
    expect(held().map(({ runId }) => runId)).toEqual(['run-1', 'run-1']);
  });

  it('stay its own by a heartbeat', async () => {
    const { closers, leased } = lease({ heartbeatMs: 5 });
    await leased;
    const before = held().map(({ expiresAt }) => expiresAt);
    await vi.waitFor(() => {
      for (const [index, { expiresAt }] of held().entries()) {
        expect(new Date(expiresAt) > new Date(before[index] ?? '')).toBe(true);
      }
    });
    await closers.closeAll();
    expect(held()).toEqual([]);
  });

  it('are missed once where somebody else has taken one over', async () => {
    const taken: string[] = [];
    const onTaken = (phone: string, { code }: { readonly code: string }): void => {
      taken.push(`${phone} ${code}`);
    };
    const { closers, leased } = lease({ heartbeatMs: 5, onTaken });
    await leased;
    const name = readdirSync(join(folder, 'leases')).find((file) => file.includes(first.udid));
    rmSync(join(folder, 'leases', name ?? ''));
    await vi.waitFor(() => {
      expect(taken).toEqual([`${first.alias} ERR_PHONE_LEASED`]);
    });
    await closers.closeAll();
    expect(taken).toHaveLength(1);
  });

  it('are leased beside the reports where they are virtual and the lab names no folder', async () => {
    const reportsFolder = join(folder, 'reports');
    await lease({ lab: { ...lab, leasesFolder: null, reportsFolder } }).leased;
    expect(
      openLeases({ folder: join(reportsFolder, '.leases'), runId: 'x', ttlMs }).list(),
    ).toHaveLength(2);
  });
});
