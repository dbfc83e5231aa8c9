import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readRun } from '../report/read-run.js';
import { terminalTable } from '../report/terminal.js';
import { conductDirectly } from './direct-lane.js';
import { createRunFolder } from './run-folder.js';
import { faultLab } from './testing/fault-lab.js';

const TIMEOUT_MS = 60_000;
const mounted: string[] = [];
const folders: string[] = [];

/** A disk of a given size; null where this machine lets nobody mount one. */
function smallDisk(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-disk-'));
  folders.push(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status !== 0) return null;
  mounted.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a run whose disk fills up', () => {
  for (const size of ['300k', '900k']) {
    it(
      `at ${size} calls nothing refused, exits 4, and tells of itself where there is room`,
      async (context) => {
        const reports = smallDisk(size);
        if (reports === null) return context.skip();
        const lab = faultLab(['attestation/*', 'mutual-tls/*']);
        folders.push(lab);
        const finished = await conductDirectly({
          ...{ lab, reports, timeScale: 0, phones: ['pixel-tee', 'iphone-enclave'] },
        });
        const { gate, outcomes, folder, reported, notes } = finished;
        expect(gate.exit).toBe(4);
        expect(gate.reasons[0]).toMatch(/^ERR_FILE_UNWRITABLE: .*ENOSPC/);
        const words = new Set(outcomes.map(({ outcome }) => outcome.outcome));
        expect(words).toEqual(new Set(['met', 'inconclusive']));
        expect(join(reports, readlinkSync(join(reports, 'latest')))).toBe(folder);
        expect(terminalTable({ ...reported, notes })).toContain('ERR_FILE_UNWRITABLE');
        // The record that is on the disk says of no job that it went better than it did.
        const kept = readRun(folder);
        const ended = new Map(
          outcomes.map(({ job, outcome }) => [`${job.scenarioId} ${job.phoneAlias}`, outcome]),
        );
        for (const { scenarioId, phone, outcome } of kept.jobs) {
          if (outcome.outcome === 'not-run') continue;
          expect(outcome).toEqual(ended.get(`${scenarioId} ${phone.alias}`));
        }
        expect(existsSync(join(folder, 'reserve'))).toBe(false);
        expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toMatch(/inconclusive \d/);
        expect(existsSync(join(folder, 'junit.xml'))).toBe(true);
      },
      TIMEOUT_MS,
    );
  }
});

describe('room that is set aside', () => {
  it('is given up at the end, and is no condition for a run', () => {
    const reports = mkdtempSync(join(tmpdir(), 'attestlab-reserve-'));
    folders.push(reports);
    const folder = createRunFolder(reports, new Date());
    expect(existsSync(folder.file('reserve'))).toBe(true);
    folder.freeReserve();
    folder.freeReserve();
    expect(existsSync(folder.file('reserve'))).toBe(false);
  });
});

/** A file where the folder of one phone's evidence would be. */
const blocking = (folder: string): string => join(folder, 'evidence', 'pixel-tee');

describe('evidence that cannot be written', () => {
  it(
    'makes the scenario that it belongs to inconclusive, and no other',
    async () => {
      const reports = mkdtempSync(join(tmpdir(), 'attestlab-evidence-'));
      const lab = faultLab(['hardware-keys/rsa', 'attestation/issuance', 'mutual-tls/expired']);
      folders.push(reports, lab);
      const finished = await conductDirectly({
        ...{ lab, reports, timeScale: 0, phones: ['pixel-tee', 'iphone-enclave'] },
        onStarted: ({ folder }) => {
          mkdirSync(join(folder, 'evidence'));
          writeFileSync(blocking(folder), '');
        },
      });
      const words = finished.outcomes.map(
        ({ job, outcome }) => `${job.phoneAlias} ${job.scenarioId} ${outcome.outcome}`,
      );
      expect(words.filter((word) => !word.endsWith(' met'))).toEqual([
        'pixel-tee attestation/issuance inconclusive',
      ]);
      expect(words).toHaveLength(6);
      expect(finished.gate.exit).toBe(4);
      expect(finished.gate.reasons).toEqual([
        expect.stringMatching(`ERR_FILE_UNWRITABLE: ${blocking(finished.folder)}`),
        'inconclusive: attestation/issuance on pixel-tee: ERR_FILE_UNWRITABLE',
      ]);
      expect(readRun(finished.folder).errors.map(({ code, scenario }) => [code, scenario])).toEqual(
        expect.arrayContaining([['ERR_FILE_UNWRITABLE', 'attestation/issuance']]),
      );
    },
    TIMEOUT_MS,
  );
});
