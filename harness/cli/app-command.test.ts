import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testSigner, writeApk } from '../app-package/testing/apk-writer.js';
import { pinnedConfig, sampleEntries } from '../app-package/testing/sample-apk.js';
import { faultLab } from '../run/testing/fault-lab.js';
import { command } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-app-'));
const lab = faultLab(['hardware-keys/rsa']);
afterAll(() => {
  for (const one of [folder, lab]) rmSync(one, { recursive: true });
});
const signer = testSigner('release');
const apk = join(folder, 'release.apk');
const networkSecurity = pinnedConfig('2020-11-01', ['AAAA', 'BBBB']);
writeFileSync(apk, writeApk(sampleEntries({ networkSecurity }), { v2: signer, v3: [signer] }));

/** Makes the lab expect a package and a signer. */
function expectOfLab(packageName: string, digest: string): void {
  const file = join(lab, 'reference-values.yaml');
  const text = readFileSync(file, 'utf8')
    .replace(/packages: .*/, `packages: [${packageName}]`)
    .replace(/signerDigests: .*/, `signerDigests: ['${digest}']`);
  writeFileSync(file, text);
}

describe('attestlab app inspect', () => {
  it('shows what a release is, and what is worth knowing of it', async () => {
    const { exit, out } = await command('app', 'inspect', apk);
    expect(exit).toBe(0);
    expect(out).toContain('com.example.release');
    expect(out).toContain(signer.digest);
    expect(out).toContain('pins SHA-256 AAAA');
    expect(out.replace(/\s+/g, ' ')).toContain('api.example.com: pins ended on 2020-11-01');
    expect(out).toContain('the signature holds');
  });

  it('exits 0 where it is as the lab expects', async () => {
    expectOfLab('com.example.release', signer.digest);
    const { exit, out } = await command('app', 'inspect', apk, '--lab', lab);
    expect(out).toContain('reference values say');
    expect(exit).toBe(0);
  });

  it('exits 1 where package or signer differ, and names both sides', async () => {
    expectOfLab('com.example.other', 'ab'.repeat(32));
    const { exit, out } = await command('app', 'inspect', apk, '--lab', lab, '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      problems: [],
      differences: [
        { what: 'package', expected: 'com.example.other', actual: 'com.example.release' },
        { what: 'v2 signer', expected: 'ab'.repeat(32), actual: signer.digest },
        { what: 'v3 signer (API 28 to any)', actual: signer.digest },
      ],
    });
  });

  it('exits 1 where the signature does not hold', async () => {
    const broken = join(folder, 'broken.apk');
    const bytes = readFileSync(apk);
    bytes.set([0xff], bytes.indexOf('PK\x01\x02') + 12);
    writeFileSync(broken, bytes);
    const { exit, out } = await command('app', 'inspect', broken);
    expect(out).toContain('v2: the file is not what was signed (sha256)');
    expect(exit).toBe(1);
  });

  it('exits 2 for what it cannot read, and says where and what to do', async () => {
    const cut = join(folder, 'cut.apk');
    writeFileSync(cut, readFileSync(apk).subarray(0, 5000));
    const { exit, out, err } = await command('app', 'inspect', cut);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err.replace(/\s+/g, ' ')).toMatch(
      /cut\.apk: .*cut off.*\(byte 5000\).*correct the named place/,
    );
    expect((await command('app', 'inspect', join(folder, 'none.apk'))).exit).toBe(2);
    expect((await command('app', 'inspect', folder)).exit).toBe(2);
  });
});
