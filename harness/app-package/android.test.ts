import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { readRelease, releaseProblems, releaseWarnings, type AndroidRelease } from './index.js';
import { testSigner, writeApk, type ApkSignatures } from './testing/apk-writer.js';
import type { NewElement } from './testing/binary-xml-writer.js';
import { pinnedConfig, sampleEntries, type SampleApp } from './testing/sample-apk.js';
import { writeZip, type ZipEntry } from './testing/zip-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-apk-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const first = testSigner('first');
const second = testSigner('second');
const NOW = new Date('2026-11-25T12:00:00Z');
const PIN = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

async function read(bytes: Uint8Array): Promise<AndroidRelease> {
  const file = join(folder, 'release.apk');
  writeFileSync(file, bytes);
  const release = await readRelease(file);
  if (release.platform !== 'android') throw new Error('no Android app');
  return release;
}

function sample(app: SampleApp = {}, signatures: ApkSignatures = { v2: first, v3: [first] }) {
  return read(writeApk(sampleEntries(app), signatures));
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error: unknown = await read(bytes).catch((cause: unknown) => cause);
  if (!(error instanceof HarnessError)) throw new Error('it was read');
  expect(error.code).toBe('ERR_FILE_INVALID');
  return error.message;
}

describe('an APK', () => {
  it.each(['plain', 'sparse', 'offset16', 'compact'] as const)(
    'says what it is, with resources in the form %s',
    async (form) => {
      const { manifest } = await sample({ form, debuggable: true, isUtf8: form === 'sparse' });
      expect(manifest).toMatchObject({
        ...{ packageName: 'com.example.release', versionName: '4.2', versionCode: 42 },
        ...{ minSdk: 24, targetSdk: 35, debuggable: true, testOnly: false },
        permissions: ['android.permission.INTERNET'],
      });
    },
  );

  it('holds no problem and no warning where it is as releases should be', async () => {
    const release = await sample();
    expect(releaseProblems(release)).toEqual([]);
    expect(releaseWarnings(release, NOW)).toEqual([]);
  });

  it('warns of what no release should have', async () => {
    const release = await sample({ debuggable: true, testOnly: true, targetSdk: 23 });
    expect(releaseWarnings(release, NOW).join('\n')).toMatch(
      /debuggable.*\ntestOnly.*\n.*cleartext.*\n.*owner installs/,
    );
  });
});

describe('the network security config of an APK', () => {
  const config = pinnedConfig('2026-11-01', [PIN, PIN]);

  it('is found through the resource table and read with what domains inherit', async () => {
    const { network } = await sample({ networkSecurity: config });
    expect(network).toMatchObject([
      {
        file: 'res/k1.xml',
        base: { cleartextPermitted: false, trustsSystem: true, trustsUser: true, pins: [] },
        domains: [
          {
            domains: [{ name: 'api.example.com', includesSubdomains: true }],
            trustsUser: true,
            pins: [{ digest: 'SHA-256', value: PIN }, { digest: 'SHA-256' }],
            pinsExpire: '2026-11-01',
          },
        ],
      },
    ]);
  });

  it('is warned of where pins have ended, or have no backup', async () => {
    const warned = async (networkSecurity: NewElement): Promise<string> =>
      releaseWarnings(await sample({ networkSecurity }), NOW).join('\n');
    expect(await warned(config)).toMatch(/pins ended on 2026-11-01/);
    expect(await warned(pinnedConfig('2026-12-01', [PIN, PIN]))).not.toMatch(/ended|backup/);
    expect(await warned(pinnedConfig(null, [PIN]))).toMatch(/one pin and no backup/);
  });

  it('is refused where it gives a date that is none', async () => {
    const networkSecurity = pinnedConfig('soon', [PIN]);
    expect(await refusal(writeApk(sampleEntries({ networkSecurity }), { v2: first }))).toMatch(
      /res\/k1\.xml: .*soon.*\(byte \d+\)$/,
    );
  });
});

describe('the signature of an APK', () => {
  it('names the signer of each scheme', async () => {
    const { signing } = await sample();
    expect(signing.signers).toMatchObject([
      { scheme: 'v2', certificateDigest: first.digest, sdkRange: null, subject: 'CN=first' },
      { scheme: 'v3', certificateDigest: first.digest, sdkRange: { min: 28 } },
    ]);
  });

  it('shows a rotated signer with its lineage, while v2 keeps the old one', async () => {
    const release = await sample({}, { v2: first, v3: [first, second] });
    expect(releaseProblems(release)).toEqual([]);
    expect(release.signing.signers).toMatchObject([
      { scheme: 'v2', certificateDigest: first.digest },
      {
        scheme: 'v3',
        certificateDigest: second.digest,
        lineage: [{ certificateDigest: first.digest }, { certificateDigest: second.digest }],
      },
    ]);
  });

  it('does not hold where any byte of an entry or of the directory was changed', async () => {
    const apk = writeApk(sampleEntries(), { v2: first, v3: [first] });
    const dex = apk.findIndex(
      (_, at) => new TextDecoder().decode(apk.subarray(at, at + 11)) === 'classes.dex',
    );
    // The date of the entry: nothing else notices.
    const changed = apk.slice();
    changed[dex - 18] = 0x34;
    expect(releaseProblems(await read(changed))).toEqual([
      'v2: the file is not what was signed (sha256)',
      'v3: the file is not what was signed (sha256)',
    ]);
  });

  it('does not hold under a certificate or a lineage of somebody else', async () => {
    const stranger = { ...first, certificate: second.certificate };
    expect(releaseProblems(await sample({}, { v2: stranger }))).toEqual([
      'v2: the certificate is of another key',
    ]);
    const forged = await sample({}, { v3: [{ ...first, key: second.key }, second] });
    expect(releaseProblems(forged).join()).toMatch(/lineage at byte \d+: the ECDSA.*does not hold/);
  });

  it('does not hold where the newer scheme was taken out', async () => {
    const release = await sample({}, { v2: first, announcesV3: true });
    expect(releaseProblems(release)).toEqual(['the v3 signature was taken out']);
  });

  it('is said to be by JAR alone, or missing', async () => {
    const sf = {
      name: 'META-INF/CERT.SF',
      bytes: new TextEncoder().encode(
        'Signature-Version: 1.0\r\nX-Android-APK-Signed: 2, 3\r\n\r\n',
      ),
    };
    expect(releaseProblems(await read(writeZip([...sampleEntries(), sf])))).toEqual([
      'signed by the JAR scheme (v1) alone, though it says that v2 and v3 was there; that is not verified here',
    ]);
    expect(releaseProblems(await read(writeZip(sampleEntries())))).toEqual([
      'the package is not signed',
    ]);
  });
});

describe('a hostile archive', () => {
  const manifest = sampleEntries()[0] as ZipEntry;
  const bytes = new Uint8Array([1, 2, 3]);

  it.each<[string, readonly ZipEntry[], RegExp]>([
    ['that leaves its folder', [manifest, { name: '../evil', bytes }], /invalid relative path/],
    ['with an absolute path', [manifest, { name: '/evil', bytes }], /absolute path/],
    ['with one name twice', [manifest, manifest], /AndroidManifest.xml is there twice/],
    [
      'with two names of one entry',
      [{ ...manifest, localName: 'AndroidManifest.xmk' }],
      /is AndroidManifest.xmk here/,
    ],
    ['that says less than it unpacks to', [{ ...manifest, statedSize: 10 }], /too many bytes/],
    [
      'that says more than it unpacks to',
      [{ ...manifest, statedSize: 9999 }],
      /not enough bytes|too few/,
    ],
    ['with another checksum', [{ ...manifest, statedCrc: 1 }], /another checksum/],
    [
      'that unpacks to more than a manifest has',
      [{ ...manifest, bytes: new Uint8Array(9_000_000) }],
      /9000000 bytes, more than/,
    ],
  ])('is refused: one %s', async (_, entries, why) => {
    const message = await refusal(writeZip(entries));
    expect(message).toMatch(why);
    expect(message).toMatch(/\(byte \d+\)$/);
  });

  it('is refused wherever it is cut off', async () => {
    const apk = writeApk(sampleEntries(), { v2: first });
    for (const length of [0, 1, 21, 4000, apk.length - 1]) {
      expect(await refusal(apk.slice(0, length))).toMatch(new RegExp(`\\(byte ${length}\\)$`));
    }
  });

  it('is read or refused, but never crashes, whatever bytes are changed', async () => {
    const apk = writeApk(sampleEntries({ networkSecurity: pinnedConfig('2026-11-01', [PIN]) }), {
      v2: first,
      v3: [first, second],
    });
    const place = fc.record({ at: fc.nat(apk.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 8 }), async (changes) => {
        const changed = apk.slice();
        for (const { at, to } of changes) changed[at] = to;
        const error: unknown = await read(changed).then(
          () => null,
          (cause: unknown) => cause,
        );
        expect(error === null || error instanceof HarnessError).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is told from what people take for an APK', async () => {
    expect(await refusal(writeZip([{ name: 'BundleConfig.pb', bytes }]))).toMatch(/bundletool/);
    expect(await refusal(writeZip([{ name: 'base.apk', bytes }]))).toMatch(/give base.apk/);
    expect(await refusal(writeZip([{ name: 'a.txt', bytes }]))).toMatch(
      /neither an APK nor an IPA/,
    );
  });
});
