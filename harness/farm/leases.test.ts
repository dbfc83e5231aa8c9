import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLeases, type LeaseSettings } from './leases.js';

const pixel = { udid: 'PIXEL/01', alias: 'pixel' };

function freshFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'attestlab-leases-')), 'leases');
}

function settings(folder: string, changes: Partial<LeaseSettings> = {}): LeaseSettings {
  return {
    folder,
    runId: 'run-1',
    ttlMs: 60_000,
    now: () => new Date('2026-11-23T22:00:00.000Z'),
    host: 'lab-1',
    isAlive: () => true,
    ...changes,
  };
}

describe('leases', () => {
  it('gives a phone to one run and refuses it to the next, naming the holder', async () => {
    const folder = freshFolder();
    await openLeases(settings(folder)).acquire(pixel);
    const second = openLeases(settings(folder, { runId: 'run-2' })).acquire(pixel);
    await expect(second).rejects.toMatchObject({
      code: 'ERR_PHONE_LEASED',
      message: expect.stringContaining('run run-1') as string,
    });
  });

  it('gives one phone to exactly one of many at once', async () => {
    const folder = freshFolder();
    const attempts = Array.from({ length: 8 }, (_, index) =>
      openLeases(settings(folder, { runId: `run-${index}` })).acquire(pixel),
    );
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('gives the phone on once it was released', async () => {
    const leases = openLeases(settings(freshFolder()));
    const lease = await leases.acquire(pixel);
    await lease.release();
    await lease.release();
    expect(leases.list()).toEqual([]);
    await expect(leases.acquire(pixel)).resolves.toMatchObject({ record: { alias: 'pixel' } });
  });

  it('takes over from a dead process of the same host', async () => {
    const folder = freshFolder();
    await openLeases(settings(folder, { pid: 41 })).acquire(pixel);
    const next = openLeases(settings(folder, { runId: 'run-2', isAlive: (pid) => pid !== 41 }));
    await expect(next.acquire(pixel)).resolves.toMatchObject({ record: { runId: 'run-2' } });
  });

  it('leaves a lease of another host alone until it expires', async () => {
    const folder = freshFolder();
    await openLeases(settings(folder)).acquire(pixel);
    const elsewhere = { host: 'lab-2', isAlive: () => false };
    await expect(openLeases(settings(folder, elsewhere)).acquire(pixel)).rejects.toThrow();
    const later = { ...elsewhere, now: () => new Date('2026-11-23T22:01:00.000Z') };
    await expect(openLeases(settings(folder, later)).acquire(pixel)).resolves.toBeDefined();
  });

  it('lasts longer when renewed', async () => {
    const folder = freshFolder();
    let now = new Date('2026-11-23T22:00:00.000Z');
    const lease = await openLeases(settings(folder, { now: () => now })).acquire(pixel);
    now = new Date('2026-11-23T22:00:50.000Z');
    await lease.renew();
    const later = { now: () => new Date('2026-11-23T22:01:30.000Z'), runId: 'run-2' };
    await expect(openLeases(settings(folder, later)).acquire(pixel)).rejects.toThrow('run-1');
  });

  it('notices that it was taken over, and does not release the new owner', async () => {
    const folder = freshFolder();
    const lost = await openLeases(settings(folder, { pid: 41 })).acquire(pixel);
    const next = openLeases(settings(folder, { runId: 'run-2', isAlive: () => false }));
    await next.acquire(pixel);
    await expect(lost.renew()).rejects.toMatchObject({ code: 'ERR_PHONE_LEASED' });
    await lost.release();
    expect(next.list()).toMatchObject([{ runId: 'run-2' }]);
  });

  it('frees exactly the stale leases and says why', async () => {
    const folder = freshFolder();
    await openLeases(settings(folder, { pid: 41 })).acquire(pixel);
    await openLeases(settings(folder, { pid: 42 })).acquire({ udid: 'B', alias: 'iphone' });
    writeFileSync(join(folder, 'broken.lease.json'), '{');
    const leases = openLeases(settings(folder, { isAlive: (pid) => pid === 42 }));
    const freed = await leases.releaseStale();
    expect(freed.map(({ reason }) => reason).sort()).toEqual([
      'process 41 is gone',
      'the file holds no lease',
    ]);
    expect(leases.list()).toMatchObject([{ alias: 'iphone' }]);
  });

  it('sees whether a real process lives', async () => {
    const folder = freshFolder();
    const own = { folder, runId: 'run-1', ttlMs: 60_000 };
    await openLeases(own).acquire(pixel);
    await expect(openLeases(own).acquire(pixel)).rejects.toThrow('run-1');
    // Above the largest pid of Linux and macOS.
    await openLeases({ ...own, pid: 2 ** 22 + 1 }).acquire({ udid: 'B', alias: 'iphone' });
    expect(await openLeases(own).releaseStale()).toMatchObject([{ lease: { alias: 'iphone' } }]);
  });

  it('keeps folder and files to their owner', async () => {
    const folder = freshFolder();
    await openLeases(settings(folder)).acquire(pixel);
    const [name] = readdirSync(folder);
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(folder), mode(join(folder, name ?? ''))]).toEqual([0o700, 0o600]);
  });
});
