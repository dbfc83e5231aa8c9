import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testSigner, writeApk } from '../app-package/testing/apk-writer.js';
import { sampleEntries } from '../app-package/testing/sample-apk.js';
import { productRoot } from '../product.js';
import { faultLab } from '../run/testing/fault-lab.js';
import { probesBuild } from './probes-build.js';
import { command } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-probes-'));
const lab = faultLab(['hardware-keys/rsa']);
afterAll(() => {
  for (const one of [folder, lab]) rmSync(one, { recursive: true });
});
const TIMEOUT_MS = 60_000;
const built = existsSync(join(productRoot, 'dist/harness/virtual-lab/appium-driver/index.js'));

// Appium loads the driver of virtual phones as users have it: compiled.
describe.skipIf(!built)('attestlab probes on a virtual phone behind a real Appium (built)', () => {
  it.each([
    ['pixel-tee', /signer\s+edc81f2c[\s\S]*stated by\s+the package/],
    ['iphone-enclave', /team\s+ATTESTLAB0[\s\S]*stated by\s+the system/],
  ])(
    'installs the probe and asks %s what it has got',
    async (device, says) => {
      const { exit, out } = await command('probes', 'install', '--device', device, '--lab', lab);
      expect(out).toMatch(says);
      expect(out).toContain('reference values say');
      expect(exit).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'says that a phone without the probe has none',
    async () => {
      const { exit, out } = await command(
        'probes',
        'verify',
        '--device',
        'pixel-tee',
        '--lab',
        lab,
      );
      expect(out).toBe('pixel-tee: org.attestlab.probe is not installed\n');
      expect(exit).toBe(1);
    },
    TIMEOUT_MS,
  );
});

describe('attestlab probes', () => {
  it('refuses a phone that the lab has not, with those that it has', async () => {
    const { exit, err } = await command('probes', 'verify', '--device', 'none', '--lab', lab);
    expect(exit).toBe(2);
    expect(err).toMatch(/no phone "none"; its phones: .*pixel-tee/s);
  });

  it('builds with Maven, and shows what came of it', async () => {
    const { pom, target } = project('ok');
    const signer = testSigner('probe');
    writeFileSync(join(target, 'probe.apk'), writeApk(sampleEntries(), { v2: signer }));
    const seen = { out: '', err: '' };
    const terminal = {
      out: (text: string) => void (seen.out += text),
      err: (text: string) => void (seen.err += text),
    };
    const maven = script('maven-ok', `echo "asked for $*"`);
    expect(await probesBuild(terminal, { pom, target, maven })).toBe(0);
    expect(seen.err).toContain(`asked for --batch-mode -f ${pom} package`);
    expect(seen.out).toContain(signer.digest);
  });

  it('signs an APK with a key of OpenSSL’s, in place of whoever signed it before', async () => {
    const at = (name: string): string => join(folder, name);
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=lab', '-days', '30'],
      ...['-keyout', at('key.pem'), '-out', at('certificate.pem')],
    ]);
    chmodSync(at('key.pem'), 0o600);
    const before = writeApk(sampleEntries(), { v2: testSigner('before') });
    writeFileSync(at('before.apk'), before);
    const sign = (key: string) =>
      command(
        ...['probes', 'sign', at('before.apk'), '--out', at('after.apk'), '--key', at(key)],
        ...['--certificate', at('certificate.pem')],
      );
    const { exit, out } = await sign('key.pem');
    expect(exit).toBe(0);
    expect(out).toMatch(/v2 signer[\s\S]*CN=lab; RSA SHA-256[\s\S]*v3 signer[\s\S]*API 28 to any/);
    expect(out).toContain('the signature holds');
    const digest = new X509Certificate(readFileSync(at('certificate.pem'))).fingerprint256;
    expect(out).toContain(digest.replaceAll(':', '').toLowerCase());
    // Everything before the block stands where it stood.
    expect(readFileSync(at('after.apk')).subarray(0, 2000)).toEqual(
      Buffer.from(before.subarray(0, 2000)),
    );
    chmodSync(at('key.pem'), 0o644);
    expect((await sign('key.pem')).err).toMatch(/chmod 600/);
    writeFileSync(
      at('other.pem'),
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
      { mode: 0o600 },
    );
    expect((await sign('other.pem')).err).toMatch(/certificate is of another key/);
  });

  it.each([
    ['Maven is missing', { maven: '/nowhere/mvn' }, /install Maven/],
    ['Maven fails', { maven: 'false' }, /exit code 1/],
    ['nothing was built', { maven: 'true' }, /no APK/],
  ])('says what to do where %s', async (_, { maven }, why) => {
    const { pom, target } = project(`broken-${why.source.length}`);
    const quiet = { out: () => undefined, err: () => undefined };
    await expect(probesBuild(quiet, { pom, target, maven })).rejects.toThrow(why);
  });
});

function project(name: string) {
  const target = join(folder, name, 'target');
  mkdirSync(target, { recursive: true });
  const pom = join(folder, name, 'pom.xml');
  writeFileSync(pom, '<project/>');
  return { pom, target };
}

function script(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
  expect(readFileSync(file, 'utf8')).toContain(text);
  return file;
}
