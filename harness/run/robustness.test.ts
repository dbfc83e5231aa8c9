import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLeases } from '../farm/leases.js';
import { productRoot } from '../product.js';
import { readJournal, readRun } from '../report/read-run.js';
import { replayAppraisal } from './replay.js';
import type * as runnerModule from './test-runner.js';

type RunnerModule = typeof runnerModule;

// Real processes, the compiled product and a real Appium server, as a night has them.
const TIMEOUT_MS = 120_000;
// What happens to a run does not depend on how many phones it has.
const PHONES = ['pixel-tee', 'iphone-enclave'];
const compiled = join(productRoot, 'dist', 'harness', 'run', 'index.js');

let work: string;
let lab: string;
let reports: string;

/** What a test says of the lab in place of what the shipped one says. */
function writeLab(edit: {
  readonly lab?: string;
  readonly inventory?: (yaml: string) => string;
}): void {
  const shipped = join(productRoot, 'fixtures', 'labs', 'virtual');
  cpSync(shipped, lab, { recursive: true });
  const inventory = join(lab, 'inventory.yaml');
  const file = join(lab, 'lab.yaml');
  const absolute = readFileSync(file, 'utf8').replaceAll('../../', `${productRoot}/fixtures/`);
  writeFileSync(file, `${absolute}${edit.lab ?? ''}`);
  writeFileSync(inventory, (edit.inventory ?? ((yaml) => yaml))(readFileSync(inventory, 'utf8')));
}

interface Night {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a night in a process of its own; `onOutput` sees stderr grow and may signal the process. */
function night(
  onOutput: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
) {
  const script = `
    import { runNightly } from ${JSON.stringify(pathToFileURL(compiled).href)};
    try {
      process.exitCode = await runNightly(${JSON.stringify({ lab, reports, phones: PHONES })});
    } catch (error) {
      process.stderr.write(\`\${error.code}: \${error.message}\\n\`);
      process.exitCode = error.exit ?? 70;
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    stderr += text;
    onOutput(stderr, (signal) => child.kill(signal));
  });
  return new Promise<Night>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stderr });
    });
  });
}

function outcomesOf(folder: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { phone, outcome } of readRun(folder).jobs) {
    const key = `${phone.alias} ${outcome.outcome}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

beforeAll(() => {
  if (!existsSync(compiled)) throw new Error(`${compiled} is missing; run \`npm run build\` first`);
});

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'attestlab-night-'));
  lab = join(work, 'lab');
  reports = join(work, 'reports');
});

afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

describe('a night', () => {
  it(
    'that is cancelled in the middle exits 130, stays readable and can be followed by a whole one',
    async () => {
      writeLab({
        lab: 'scenarios: [hardware-keys/ladder, hardware-keys/rsa, attestation/issuance]\n',
      });
      let signalled = false;
      const cancelled = await night((stderr, kill) => {
        if (signalled || !stderr.includes('hardware-keys')) return;
        signalled = true;
        kill('SIGINT');
      });
      expect(cancelled.code).toBe(130);
      const first = join(reports, readlinkSync(join(reports, 'latest')));
      const { record, jobs } = readRun(first);
      expect(record.gate?.exit).toBe(130);
      expect(jobs).toHaveLength(6);
      expect(jobs.some(({ outcome }) => outcome.outcome === 'inconclusive')).toBe(true);
      expect(jobs.some(({ outcome }) => outcome.outcome === 'unmet')).toBe(false);
      const leases = openLeases({ folder: join(reports, '.leases'), runId: 'x', ttlMs: 1 });
      expect(leases.list()).toEqual([]);
      const summary = readFileSync(join(first, 'summary.md'), 'utf8');

      const whole = await night();
      expect(whole.code).toBe(0);
      expect(readFileSync(join(first, 'summary.md'), 'utf8')).toBe(summary);
      expect(join(reports, readlinkSync(join(reports, 'latest')))).not.toBe(first);
    },
    TIMEOUT_MS,
  );

  it(
    'whose expectation is another one exits 1, says where they differ, and replays to the byte',
    async () => {
      writeLab({ lab: 'scenarios: [attestation/swapped-key]\n' });
      const file = join(lab, 'lab.yaml');
      const yaml = readFileSync(file, 'utf8');
      writeFileSync(file, yaml.replace(/^expectations: .*$/m, 'expectations: expectations'));
      const folder = join(lab, 'expectations');
      cpSync(join(productRoot, 'fixtures', 'expectations'), folder, { recursive: true });
      const expected = join(folder, 'shared', 'accepted-chains.yaml');
      const changed = readFileSync(expected, 'utf8').replaceAll(
        'failing: [android-key/key-matches]',
        'failing: [android-key/device-locked]',
      );
      writeFileSync(expected, changed);

      const { code, stderr } = await night();
      expect(code).toBe(1);
      for (const word of ['pixel-tee', 'attestation/swapped-key', 'android-key/device-locked']) {
        expect(stderr).toContain(word);
      }
      const latest = join(reports, 'latest');
      expect(outcomesOf(latest)).toEqual({ 'pixel-tee unmet': 1, 'iphone-enclave met': 1 });
      const appraisals = readJournal(join(latest, 'journal.jsonl')).filter(
        ({ type }) => type === 'appraisal',
      );
      expect(appraisals).toHaveLength(4);
      for (const { seq } of appraisals) expect(replayAppraisal(latest, seq).same).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'turns a second one away while it is on, and is not disturbed by it',
    async () => {
      writeLab({ lab: 'scenarios: [hardware-keys/rsa]\n' });
      const seconds: Promise<Night>[] = [];
      const first = await night((stderr) => {
        if (stderr.includes('hardware-keys') && seconds.length === 0) seconds.push(night());
      });
      const [second] = await Promise.all(seconds);
      expect(second?.stderr).toContain('ERR_RUN_IN_PROGRESS');
      expect(second?.code).toBe(4);
      expect(first.code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'whose phone another run has leased names phone and run, exits 4 and runs nothing',
    async () => {
      writeLab({ lab: 'leases: leases\nscenarios: [hardware-keys/rsa]\n' });
      const folder = join(lab, 'leases');
      const other = openLeases({ folder, runId: 'other-run', ttlMs: TIMEOUT_MS });
      const lease = await other.acquire({ udid: 'VIRTUAL-IPHONE-01', alias: 'iphone-enclave' });
      const { code, stderr } = await night();
      expect(stderr).toContain('ERR_PHONE_LEASED: iphone-enclave: run other-run');
      expect(code).toBe(4);
      expect(other.list()).toEqual([lease.record]);
      expect(existsSync(join(reports, 'latest'))).toBe(false);
    },
    TIMEOUT_MS,
  );

  it(
    'with a port that is taken names it and exits 4, and leaves the lock free',
    async () => {
      const holder = createServer();
      const port = await new Promise<number>((resolve) => {
        holder.listen(0, '127.0.0.1', () => {
          resolve((holder.address() as AddressInfo).port);
        });
      });
      try {
        writeLab({ lab: `ports: { appium: ${port} }\n` });
        const nights = [await night(), await night()];
        for (const { code, stderr } of nights) {
          expect(stderr).toContain(`ERR_PORT_IN_USE: Appium: 127.0.0.1:${port} is taken`);
          expect(code).toBe(4);
        }
        expect(existsSync(join(reports, 'latest'))).toBe(false);
      } finally {
        holder.close();
      }
    },
    TIMEOUT_MS,
  );

  it(
    'with a phone that cannot be reached is inconclusive for it alone and exits 4',
    async () => {
      writeLab({
        lab: 'scenarios: [hardware-keys/rsa, attestation/no-evidence]\n',
        inventory: (yaml) =>
          yaml.replace('model: Virtual iPhone', 'model: Virtual iPhone\n      faults: [offline]'),
      });
      const { code } = await night();
      expect(code).toBe(4);
      expect(outcomesOf(join(reports, 'latest'))).toEqual({
        'pixel-tee met': 2,
        'iphone-enclave inconclusive': 2,
      });
    },
    TIMEOUT_MS,
  );

  it(
    'with a phone that fits no class judges it by none, reports the drift and exits 3',
    async () => {
      writeLab({
        lab: 'scenarios: [hardware-keys/rsa, attestation/issuance]\n',
        inventory: (yaml) => yaml.replace('bootState: verified', 'bootState: failed'),
      });
      const { code } = await night();
      expect(code).toBe(3);
      const latest = join(reports, 'latest');
      expect(outcomesOf(latest)).toEqual({ 'pixel-tee not-run': 2, 'iphone-enclave met': 2 });
      expect(readFileSync(join(latest, 'summary.md'), 'utf8')).toContain('pixel-tee (bootState, ');
      expect(readRun(latest).record.gate?.reasons[0]).toContain('fits no class');
    },
    TIMEOUT_MS,
  );

  it(
    'in which a phone vanishes between two scenarios calls none of them refused',
    async () => {
      writeLab({ lab: 'scenarios: [hardware-keys/rsa, attestation/*]\n' });
      const { startRunWithRunner } = (await import(
        join(productRoot, 'dist/harness/run/test-runner.js')
      )) as RunnerModule;
      const { run, runner } = await startRunWithRunner({
        lab,
        reports,
        phones: PHONES,
        onProgress: ({ phone, done }) => {
          if (phone !== 'pixel-tee' || done !== 2) return;
          run.stage.virtualLab?.phone('VIRTUAL-PIXEL-01').faults.switchOn('offline');
        },
      });
      runner.begin(run.env);
      await runner.exited;
      const { gate, outcomes } = await run.finish({ cancelled: false, errors: [] });
      const words = (alias: string) =>
        new Set(
          outcomes
            .filter(({ job }) => job.phoneAlias === alias)
            .map(({ outcome }) => outcome.outcome),
        );
      expect(words('pixel-tee')).toEqual(new Set(['met', 'inconclusive']));
      expect(words('iphone-enclave')).toEqual(new Set(['met']));
      expect(gate.exit).toBe(4);
      expect(gate.reasons.every((reason) => reason.includes('pixel-tee'))).toBe(true);
    },
    TIMEOUT_MS,
  );
});
