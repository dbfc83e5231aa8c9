import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { recordedAuthorities } from '../run/recorded-authorities.js';
import { recordTestRun } from '../run/testing/recorded-run.js';
import { loadTrust } from '../trust/index.js';
import { testVendors, TEST_NOW } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';
import { writeTrustFolder } from './testing/trust-folder.js';

const work = mkdtempSync(join(tmpdir(), 'attestlab-lint-'));
const folder = join(work, 'trust');
const vendors = testVendors();
let run = '';
const lint = (...more: readonly string[]) =>
  command('trust', 'lint', '--trust', folder, '--at', TEST_NOW.toISOString(), ...more);

beforeAll(async () => {
  run = await recordTestRun(work, { good: vendors, unlocked: testVendors() });
  writeTrustFolder(folder, vendors);
});

afterAll(() => {
  rmSync(work, { recursive: true });
});

describe('attestlab trust lint, of authorities in use', () => {
  it('is quiet about those that their vendor renews all the time', async () => {
    expect(await lint('--run', run)).toMatchObject({ exit: 0, out: 'nothing to do\n' });
  });

  it('names each that a run met and that ends within the window', async () => {
    const { exit, out } = await lint('--run', run, '--within-days', '60', '--json');
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual({
      problems: [expect.stringMatching(/^CN=Droid CA3.*: expires 2027-01-12.*, met in run /)],
    });
  });

  it('names those that the folder has watched, by the days that the folder states', async () => {
    const [, , ca2] = recordedAuthorities(run);
    if (ca2 === undefined) throw new Error('the run met no Droid CA2');
    writeFileSync(join(folder, 'ca2.pem'), encodePemCertificate(ca2.raw));
    const sha256 = toHex(createHash('sha256').update(ca2.raw).digest());
    appendFileSync(
      join(folder, 'trust.yaml'),
      `watched: [{ name: droid-ca2, file: ca2.pem, sha256: ${sha256} }]\n` +
        'alertDays: { authorities: 900 }\n',
    );
    const { exit, out } = await lint('--json');
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual({
      problems: [expect.stringMatching(/^CN=Droid CA2.*watched by the trust folder as droid-ca2$/)],
    });
    const shown = await command('trust', 'show', '--trust', folder);
    expect(shown.out).toMatch(/\nwatched {5}droid-ca2\n +valid to 2029-05-06.*\n +CN=Droid CA2/);
    const anchors = loadTrust(folder).androidAnchors;
    expect(anchors.some(({ spki }) => toHex(spki) === toHex(ca2.spki))).toBe(false);
  });

  it('refuses a watched file that was exchanged', async () => {
    const [, ca3] = recordedAuthorities(run);
    writeFileSync(join(folder, 'ca2.pem'), encodePemCertificate(ca3?.raw ?? new Uint8Array()));
    const { exit, err } = await lint();
    expect(exit).toBe(2);
    expect(err).toMatch(/trust\.yaml:\d+:\d+: .*ca2\.pem has the fingerprint/);
  });
});

describe('attestlab trust lint --policy', () => {
  it('demands a status list as fresh as the policy does', async () => {
    const shipped = (policy: string) =>
      command('trust', 'lint', '--at', TEST_NOW.toISOString(), '--policy', policy);
    expect(await shipped('lab')).toMatchObject({
      exit: 2,
      out: 'no revocation list, and the policy demands one\n',
    });
    expect(await shipped('baseline')).toMatchObject({ exit: 0 });
    expect((await shipped('none')).err).toMatch(/--policy: no such policy "none"/);
  });
});
