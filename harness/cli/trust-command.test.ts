import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testVendors, TEST_NOW } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';
import { writeTrustFolder } from './testing/trust-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-trust-'));
const at = TEST_NOW.toISOString();
const lint = (...more: readonly string[]) =>
  command('trust', 'lint', '--trust', folder, '--at', at, ...more);

beforeAll(() => {
  writeTrustFolder(folder, testVendors());
  const file = join(folder, 'trust.yaml');
  const takenAt = new Date(TEST_NOW.getTime() - 3 * 86_400_000).toISOString();
  writeFileSync(join(folder, 'status.json'), '{"entries":{"abc":{"status":"REVOKED"}}}');
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}revocation: { file: status.json, takenAt: "${takenAt}" }\n`,
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('attestlab trust show', () => {
  it('shows the anchors that the product ships', async () => {
    const { exit, out } = await command('trust', 'show');
    expect(exit).toBe(0);
    expect(out).toMatch(/^android +\S.*\n +valid to 2042-03-15/);
    expect(out).toMatch(/\nno revocation list\n$/);
  });

  it('shows keys and status list as JSON', async () => {
    const { out } = await command('trust', 'show', '--trust', folder, '--json');
    const facts = JSON.parse(out) as { anchors: readonly object[]; revocation: object };
    expect(facts.anchors[0]).toMatchObject({
      use: 'android',
      spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(facts.revocation).toMatchObject({ entries: 1 });
  });

  it('exits 2 where there is no trust folder', async () => {
    expect((await command('trust', 'show', '--trust', join(folder, 'none'))).exit).toBe(2);
  });
});

describe('attestlab trust lint', () => {
  it('finds nothing in a folder that is up to date', async () => {
    expect(await lint('--max-age-days', '7')).toMatchObject({ exit: 0, out: 'nothing to do\n' });
  });

  it('names the anchors that expire within the days that are given', async () => {
    const { exit, out } = await lint('--within-days', '99999');
    expect(exit).toBe(2);
    expect(out).toMatch(/^android-0: expires \d{4}-/);
  });

  it('says that an anchor has expired', async () => {
    const { out } = await command('trust', 'lint', '--at', '2090-01-01T00:00:00Z');
    expect(out).toMatch(/: expired 2042-03-15/);
  });

  it('finds a status list that is older than demanded', async () => {
    const { exit, out } = await lint('--max-age-days', '2', '--json');
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual({
      problems: ['revocation list of 3 days; the policy allows 2'],
    });
  });

  it('exits 2 on days that are no number', async () => {
    const { exit, err } = await lint('--within-days', 'soon');
    expect(exit).toBe(2);
    expect(err).toMatch(/--within-days: "soon" is no whole number of days/);
  });
});
