import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTrust } from '../../trust/index.js';
import { testVendors, TEST_NOW } from '../../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from '../testing/captured-terminal.js';
import { writeTrustFolder } from '../testing/trust-folder.js';
import { labExaminations, reportsFinding } from './lab.js';
import { nodeVersion, packages, tryPort } from './machine.js';
import { expiredAnchors, staleness } from './trust.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-doctor-'));
const dayMs = 86_400_000;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('doctor, on the machine', () => {
  it.each(['20.19.0', '20.20.2', '22.13.0', '24.0.0', '26.1.0'])('takes Node %s', (version) => {
    expect(nodeVersion(version).status).toBe('ok');
  });

  it.each(['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.11.0'])(
    'misses a Node for %s',
    (version) => {
      expect(nodeVersion(version)).toMatchObject({ status: 'missing', detail: `Node ${version}` });
    },
  );

  it('misses a package that is not there or is another version', () => {
    const root = join(folder, 'project');
    mkdirSync(join(root, 'node_modules', 'present'), { recursive: true });
    const manifest = (version: string, dependencies = {}): string =>
      JSON.stringify({ version, dependencies });
    writeFileSync(join(root, 'node_modules', 'present', 'package.json'), manifest('1.0.1'));
    const pinned = (dependencies: Readonly<Record<string, string>>): void => {
      writeFileSync(join(root, 'package.json'), manifest('0.0.0', dependencies));
    };
    pinned({ present: '1.0.1' });
    expect(packages(root)).toEqual({ status: 'ok', detail: '1 installed' });
    pinned({ present: '1.0.0', absent: '2.0.0' });
    expect(packages(root)).toEqual({
      status: 'missing',
      detail: 'present 1.0.0 (1.0.1) and 1 more',
      remedy: 'npm ci',
    });
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await tryPort(port)).toMatch(/EADDRINUSE/);
    await new Promise((resolve) => server.close(resolve));
    expect(await tryPort(port)).toBeNull();
  });
});

describe('doctor, on a lab', () => {
  const examine = async (path: string, name: string) =>
    await labExaminations(path, new Date())
      .find((examination) => examination.name === name)
      ?.examine();

  it('names the file of a lab that is not there, and looks no further', async () => {
    expect(await examine('/no/such/lab', 'lab')).toMatchObject({
      status: 'missing',
      detail: expect.stringContaining('/no/such/lab') as string,
    });
    expect(await examine('/no/such/lab', 'trust')).toMatchObject({ status: 'missing' });
  });

  it('finds the shipped lab fit, and says so on stdout with --json', async () => {
    const { out, err } = await command('doctor', '--json');
    const { findings } = JSON.parse(out) as { findings: { name: string; status: string }[] };
    const lab = ['lab', 'trust', 'ports', 'reports'];
    expect(findings.filter(({ name }) => lab.includes(name)).map(({ status }) => status)).toEqual(
      lab.map(() => 'ok'),
    );
    expect(err).toBe('');
  });

  it('exits 2 with a remedy where something is missing', async () => {
    const { exit, out } = await command('doctor', '--lab', join(folder, 'none'));
    expect(exit).toBe(2);
    expect(out).toMatch(/missing +lab +.*none[\s\S]*remedy: /);
  });

  it('takes a reports folder that can be made and refuses one that cannot', () => {
    expect(reportsFinding(join(folder, 'new', 'reports')).status).toBe('ok');
    expect(reportsFinding('/proc/reports')).toMatchObject({ status: 'missing' });
  });
});

describe('doctor, on trust', () => {
  it('finds an anchor that has expired in every certificate', () => {
    writeTrustFolder(join(folder, 'trust'), testVendors());
    const trust = loadTrust(join(folder, 'trust'));
    expect(expiredAnchors(trust, TEST_NOW)).toEqual([]);
    const later = new Date(TEST_NOW.getTime() + 100 * 365 * dayMs);
    expect(expiredAnchors(trust, later).length).toBeGreaterThan(2);
  });

  it.each([
    [{ takenAtMs: TEST_NOW.getTime() - 6 * dayMs }, null],
    [{ takenAtMs: TEST_NOW.getTime() - 8 * dayMs }, /of 8 days; the policy allows 7/],
    [{ takenAtMs: TEST_NOW.getTime() + dayMs }, /in the future/],
    [{ takenAtMs: null }, /nobody noted/],
  ])('knows whether a revocation list of %j is fresh', (list, problem) => {
    const revocation = { usable: true, entries: new Map(), ...list } as const;
    const found = staleness({ revocation }, { now: TEST_NOW, maxAgeDays: 7 });
    if (problem === null) expect(found).toBeNull();
    else expect(found).toMatch(problem);
  });

  it('demands a revocation list that can be used', () => {
    const at = { now: TEST_NOW, maxAgeDays: 7 };
    expect(staleness({ revocation: null }, at)).toMatch(/no revocation list/);
    const revocation = { usable: false, problem: 'not JSON' } as const;
    expect(staleness({ revocation }, at)).toMatch(/not JSON/);
  });
});
