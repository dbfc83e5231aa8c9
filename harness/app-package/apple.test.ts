import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildBinary } from 'plist';
import { afterAll, describe, expect, it } from 'vitest';
import { MalformedInput } from '../encoding/parsed.js';
import { toHex, utf8 } from '../encoding/bytes.js';
import { buildCertificate, ecSigner } from '../encoding/certificate-builder.js';
import { NAME_OID, type NameAttribute } from '../encoding/distinguished-name.js';
import { HarnessError } from '../errors.js';
import { readBinaryPropertyList } from './apple/binary-property-list.js';
import { readProperties } from './apple/property-list.js';
import {
  compareRelease,
  readRelease,
  releaseProblems,
  releaseWarnings,
  type AppleRelease,
} from './index.js';
import {
  developmentEntitlements,
  developmentProfile,
  writeIpa,
  type SampleIpa,
  type TestTeam,
} from './testing/ipa-writer.js';
import { bigEndian } from './testing/little-endian.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-ipa-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const NOW = new Date('2026-11-25T12:00:00Z');
const TEAM = 'ABCDE12345';
const BUNDLE = 'com.example.release';

const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rootName = [{ oid: NAME_OID.commonName, value: 'root' }];
const rootCertificate = issue(rootName, root.publicKey, 1n);
const roots = [createHash('sha256').update(rootCertificate).digest('hex')];

function issue(subject: readonly NameAttribute[], key: KeyObject, serial: bigint): Uint8Array {
  return buildCertificate({
    ...{ serial, issuer: rootName, subject, notBeforeMs: 0 },
    notAfterMs: Date.parse('2040-01-01T00:00:00Z'),
    spki: new Uint8Array(key.export({ type: 'spki', format: 'der' })),
    signer: ecSigner(new Uint8Array(root.privateKey.export({ type: 'pkcs8', format: 'der' }))),
  });
}

function teamOf(teamId: string, pair: { publicKey: KeyObject; privateKey: KeyObject }): TestTeam {
  const subject = [
    { oid: NAME_OID.commonName, value: `Apple Development: ${teamId}` },
    { oid: NAME_OID.organizationalUnit, value: teamId },
  ];
  return {
    teamId,
    certificates: [issue(subject, pair.publicKey, 2n), rootCertificate],
    key: pair.privateKey,
  };
}

const team = teamOf(TEAM, generateKeyPairSync('ec', { namedCurve: 'P-256' }));

async function read(bytes: Uint8Array): Promise<AppleRelease> {
  const file = join(folder, 'release.ipa');
  writeFileSync(file, bytes);
  const release = await readRelease(file, { appleRoots: roots });
  if (release.platform !== 'ios') throw new Error('no iOS app');
  return release;
}

const sample = (changes: Partial<SampleIpa> = {}) => read(writeIpa({ team, ...changes }));
const problemsOf = async (changes: Partial<SampleIpa>) => releaseProblems(await sample(changes));

describe('an IPA', () => {
  it('says what it is, and its signature holds', async () => {
    const release = await sample();
    expect(release).toMatchObject({
      ...{ bundleId: BUNDLE, version: '4.2', build: '42', minimumOs: '16.0' },
      appAttestEnvironment: 'development',
      code: {
        ...{ identifier: BUNDLE, teamId: TEAM, isEncrypted: false },
        entitlements: {
          ...{ applicationId: `${TEAM}.${BUNDLE}`, teamId: TEAM, appAttest: 'development' },
          ...{ getTaskAllow: true, keychainGroups: [`${TEAM}.${BUNDLE}`] },
        },
        signer: { teamId: TEAM, endsAtAppleRoot: true },
      },
      provisioning: { distribution: 'development', deviceCount: 1, teamIds: [TEAM] },
    });
    expect(releaseProblems(release)).toEqual([]);
    expect(releaseWarnings(release, NOW)).toEqual(['get-task-allow: a debugger may attach']);
  });

  it('attests in production from the App Store, whatever its entitlement says', async () => {
    const release = await sample({ profile: null, isEncrypted: true });
    expect(release.appAttestEnvironment).toBe('production');
    expect(releaseWarnings(release, NOW).join()).toMatch(/encrypted.*no provisioning profile/);
  });

  it('attests in the sandbox where a development build has no entitlement', async () => {
    const entitlements = {
      'application-identifier': `${TEAM}.${BUNDLE}`,
      'com.apple.developer.team-identifier': TEAM,
    };
    const release = await sample({ entitlements });
    expect(release).toMatchObject({ appAttestEnvironment: 'development' });
    expect(release.code.entitlements.appAttest).toBeNull();
  });

  it('is compared with what a lab expects', async () => {
    const release = await sample();
    const apple = { teamId: TEAM, bundleIds: [BUNDLE], environment: 'development' } as const;
    const values = {
      relyingParty: { rpId: 'a.b' },
      android: { packages: ['a.b'], signerDigests: [], bootKeys: [] },
    };
    expect(compareRelease(release, { ...values, apple })).toEqual([]);
    const other = { teamId: 'ZZZZZZZZZZ', bundleIds: ['a.b'], environment: 'production' } as const;
    expect(compareRelease(release, { ...values, apple: other }).map(({ what }) => what)).toEqual([
      'bundle id',
      'team id',
      'application identifier',
      'App Attest environment',
    ]);
  });
});

describe('the code signature of an IPA', () => {
  it('does not hold where the executable or Info.plist were changed', async () => {
    const spoil = (code: Uint8Array): void => {
      code[5000] = 0xee;
    };
    expect(await problemsOf({ spoil })).toEqual([
      'the executable is not what was signed (page 1, byte 4096)',
    ]);
    const infoPlist = buildBinary({ CFBundleIdentifier: BUNDLE, CFBundleExecutable: 'Sample' });
    expect(await problemsOf({ infoPlist })).toEqual(['Info.plist: is not what was signed']);
  });

  it('does not hold by a certificate of which Apple knows nothing', async () => {
    const file = join(folder, 'foreign.ipa');
    writeFileSync(file, writeIpa({ team }));
    expect(releaseProblems(await readRelease(file))).toEqual([
      "the signer's chain ends at CN=root, not at Apple",
      "the provisioning profile: the signer's chain ends at CN=root, not at Apple",
    ]);
  });

  it('does not hold by another key, another team, SHA-1 alone or nobody', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await problemsOf({ team: { ...team, key: stranger.privateKey } })).toEqual([
      'the CMS signature: the signature is invalid',
      'the provisioning profile: the signature is invalid',
    ]);
    const profile = { ...developmentProfile({ team }), TeamIdentifier: ['ZZZZZZZZZZ'] };
    expect(await problemsOf({ profile })).toEqual([
      `team ${TEAM} is not that of the provisioning profile`,
    ]);
    expect(await problemsOf({ sha1: true })).toEqual([
      'digests by SHA-1 alone, which iOS no longer takes',
    ]);
    expect(await problemsOf({ sign: () => new Uint8Array() })).toEqual([
      'an ad hoc signature: nobody signed',
    ]);
  });

  it('does not hold where the entitlements in XML and in DER differ', async () => {
    const derEntitlements = {
      ...developmentEntitlements(TEAM, BUNDLE),
      'platform-application': true,
    };
    const release = await sample({ derEntitlements });
    expect(releaseProblems(release)).toEqual(['the entitlements in XML and in DER differ']);
    expect(release.code.entitlements.names).toContain('platform-application');
  });

  it('holds as OpenSSL makes it, with an RSA key as Apple hands them out', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsaTeam = teamOf(TEAM, rsa);
    const sign = (directory: Uint8Array): Uint8Array => {
      const at = (name: string): string => join(folder, name);
      const pem = (der: Uint8Array): string =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
      writeFileSync(at('signer.pem'), pem(rsaTeam.certificates[0] ?? new Uint8Array()));
      writeFileSync(at('root.pem'), pem(rootCertificate));
      writeFileSync(at('key.pem'), rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      writeFileSync(at('directory'), directory);
      execFileSync('openssl', [
        ...['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-in', at('directory')],
        ...['-signer', at('signer.pem'), '-inkey', at('key.pem'), '-certfile', at('root.pem')],
        ...['-out', at('signature')],
      ]);
      return new Uint8Array(readFileSync(at('signature')));
    };
    expect(await problemsOf({ sign })).toEqual([]);
  });
});

describe('the seal of an IPA', () => {
  const script = utf8('run()');
  const files = { 'main.js': script, 'Frameworks/Kit.framework/Kit': script };

  it('holds where every file is as it was signed', async () => {
    expect(await problemsOf({ files })).toEqual([]);
    const sealed = { 'absent.lproj/a.strings': { hash2: new Uint8Array(32), optional: true } };
    expect(await problemsOf({ files, sealed })).toEqual([]);
    expect(
      await problemsOf({
        sealed: { link: { symlink: 'main.js' } },
        changed: { link: utf8('main.js') },
      }),
    ).toEqual([]);
  });

  it('names a file that was changed, added or taken out, in a framework too', async () => {
    const kit = 'Frameworks/Kit.framework/Kit';
    expect(await problemsOf({ files, changed: { [kit]: utf8('spy()') } })).toEqual([
      `${kit}: is not what was signed`,
    ]);
    expect(await problemsOf({ files, changed: { 'Frameworks/spy.dylib': script } })).toEqual([
      'Frameworks/spy.dylib: there, but not signed',
    ]);
    expect(await problemsOf({ files, changed: { 'main.js': null } })).toEqual([
      'main.js: signed, but not there',
    ]);
    expect(
      await problemsOf({ sealed: { link: { symlink: 'a' } }, changed: { link: utf8('b') } }),
    ).toEqual(['link: is not what was signed']);
    const sealed = { 'old.js': { hash: new Uint8Array(20) } };
    expect(await problemsOf({ sealed, changed: { 'old.js': script } })).toEqual([
      'old.js: signed by SHA-1 alone, which iOS no longer takes',
    ]);
  });

  it('follows a framework that is sealed by its code directory into its own seal', async () => {
    const kit = 'Frameworks/Kit.framework';
    expect(await problemsOf({ framework: true })).toEqual([]);
    const changed = { [`${kit}/picture.png`]: script };
    expect(await problemsOf({ framework: true, changed })).toEqual([
      `${kit}: picture.png: is not what was signed`,
    ]);
    const added = { [`${kit}/spy.js`]: script };
    expect(await problemsOf({ framework: true, changed: added })).toEqual([
      `${kit}: spy.js: there, but not signed`,
    ]);
    expect(await problemsOf({ framework: true, changed: { [`${kit}/Kit`]: null } })).toEqual([
      `${kit}: signed, but not there`,
    ]);
    const sealed = { [kit]: { cdhash: new Uint8Array(20) } };
    expect(await problemsOf({ framework: true, sealed })).toEqual([
      `${kit}: is not what was signed`,
    ]);
  });

  it('tells of ten files and how many more there are', async () => {
    const changed = Object.fromEntries(
      Array.from({ length: 13 }, (_, index) => [`${index}.js`, script] as const),
    );
    const problems = await problemsOf({ changed });
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('and 3 more of its files');
  });
});

describe('a hostile IPA', () => {
  it('is read or refused, but never crashes, whatever bytes of the executable are changed', async () => {
    const place = fc.record({ at: fc.nat(10_064 + 4000), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 6 }), async (changes) => {
        const spoil = (code: Uint8Array): void => {
          for (const { at, to } of changes) {
            // Half of them in the header, where the lengths are.
            code[at % 2 === 0 ? at % 64 : at] = to;
          }
        };
        const error: unknown = await sample({ spoil }).then(
          () => null,
          (cause: unknown) => cause,
        );
        expect(error === null || error instanceof HarnessError).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is refused where it holds two apps or names no executable', async () => {
    const bytes = buildBinary({ CFBundleIdentifier: BUNDLE });
    await expect(sample({ infoPlist: bytes })).rejects.toThrow(
      /Info.plist names no bundle or executable/,
    );
    await expect(sample({ infoPlist: utf8('{ a = b; }') })).rejects.toThrow(
      /Info.plist: no property list/,
    );
  });
});

describe('a binary property list', () => {
  it('is read as another library writes it', () => {
    const date = new Date('2026-01-02T03:04:05Z');
    const bytes = buildBinary({
      ...{ text: 'a', wide: 'ä€', yes: true, no: false, number: 70_000, real: 1.5, date },
      list: ['x', 'y'],
      long: Array.from({ length: 20 }, (_, index) => index),
    });
    expect(Object.fromEntries(readProperties(bytes))).toEqual({
      ...{ text: 'a', wide: 'ä€', yes: true, no: false, number: 70_000, real: 1.5, date },
      list: ['x', 'y'],
      long: Array.from({ length: 20 }, (_, index) => index),
    });
  });

  it('that doubles at every level or contains itself is refused in bounded time', () => {
    // Object n is a list of twice object n + 1; the last one is a list of twice itself.
    const objects = Array.from({ length: 60 }, (_, index) => {
      const next = Math.min(index + 1, 59);
      return Uint8Array.of(0xa2, next, next);
    });
    const offsets = objects.map((_, index) => 8 + 3 * index);
    const bytes = Buffer.concat([
      utf8('bplist00'),
      ...objects,
      Uint8Array.from(offsets),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1),
      bigEndian(8, 60, 0, 8 + 180),
    ]);
    expect(() => readBinaryPropertyList(new Uint8Array(bytes))).toThrow(MalformedInput);
  });

  it('is read or refused, whatever its bytes', () => {
    const good = buildBinary({ a: ['b', { c: 1 }], d: new Date(0) });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, to) => {
        const changed = good.slice();
        changed[at] = to;
        try {
          readProperties(changed);
        } catch (error) {
          expect(error, toHex(changed)).toBeInstanceOf(MalformedInput);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
