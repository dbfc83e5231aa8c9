import { mkdtempSync, rmSync, type NoParamCallback } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { conductDirectly } from './direct-lane.js';
import { faultLab } from './testing/fault-lab.js';

// No file system that a test can mount takes bytes and then fails to keep them.
const disk = vi.hoisted(() => ({ fails: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<{ readonly fsync: (file: number, done: NoParamCallback) => void }>();
  return {
    ...fs,
    fsync(file: number, done: NoParamCallback) {
      if (disk.fails) done(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
      else fs.fsync(file, done);
    },
  };
});

const folders: string[] = [];
afterEach(() => {
  disk.fails = false;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it('gives no verdict that rests on what a disk took and did not keep', async () => {
  const reports = mkdtempSync(join(tmpdir(), 'attestlab-sync-'));
  const lab = faultLab(['hardware-keys/rsa', 'attestation/issuance']);
  folders.push(reports, lab);
  const { gate, outcomes } = await conductDirectly({
    ...{ lab, reports, timeScale: 0, phones: ['pixel-tee'] },
    onStarted: () => {
      disk.fails = true;
    },
  });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(
    Array(2).fill({
      outcome: 'inconclusive',
      error: { code: 'ERR_FILE_UNWRITABLE', message: expect.stringContaining('EIO') as string },
    }),
  );
  expect(gate.exit).toBe(4);
}, 60_000);
