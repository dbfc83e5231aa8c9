import { describe, expect, it } from 'vitest';
import { testSigner, writeApk, type ApkSignatures } from '../app-package/testing/apk-writer.js';
import { sampleEntries } from '../app-package/testing/sample-apk.js';
import { toBase64 } from '../encoding/bytes.js';
import type { ReferenceValues } from '../farm/reference-values.js';
import { readInstalledProbe, type PackageSession } from './installed-probe.js';
import { probeDifferences, refuseForeignProbe } from './probe-identity.js';

const APP = 'com.example.release';
const first = testSigner('first');
const second = testSigner('second');
const android = { platform: 'android', probe: { app: APP, install: null } } as const;
const iphone = { platform: 'ios', probe: { app: APP, install: null } } as const;
const VALUES: ReferenceValues = {
  relyingParty: { rpId: 'a.b' },
  android: { packages: [APP], signerDigests: [first.digest], bootKeys: [] },
  apple: { teamId: 'ABCDE12345', bundleIds: [APP], environment: 'development' },
};

/** A session with a phone on which an APK is installed, as UiAutomator2 answers. */
function androidSession(
  signatures: ApkSignatures,
  spoil = (bytes: Uint8Array) => bytes,
): PackageSession {
  const path = '/data/app/~~x==/com.example.release-y==/base.apk';
  return {
    execute: (_, { args = [] }) =>
      Promise.resolve(
        args[0] === 'path'
          ? `package:/data/app/~~x==/com.example.release-y==/split_config.apk\npackage:${path}\n`
          : `package:${APP}.other  installer=other\r\npackage:${APP}  installer=com.android.vending\r\n`,
      ),
    pullFile: (asked) =>
      asked === path
        ? Promise.resolve(toBase64(spoil(writeApk(sampleEntries(), signatures))))
        : Promise.reject(new Error('no such file')),
  };
}

function appleSession(teamId: string): PackageSession {
  return {
    execute: () =>
      Promise.resolve({
        [APP]: {
          ...{ CFBundleShortVersionString: '4.2', CFBundleVersion: '42' },
          SignerIdentity: 'Apple Development: Somebody (XYZ)',
          Entitlements: { 'com.apple.developer.team-identifier': teamId },
        },
      }),
    pullFile: () => Promise.reject(new Error('not asked for')),
  };
}

describe('the probe that is installed on a phone', () => {
  it('is read from its own package on Android, with who installed it', async () => {
    expect(await readInstalledProbe(androidSession({ v2: first, v3: [first] }), android)).toEqual({
      ...{ app: APP, version: '4.2', build: '42', signerDigests: [first.digest], teamId: null },
      ...{ installer: 'com.android.vending', statedBy: 'package' },
    });
  });

  it('has no signer where the package is not what was signed', async () => {
    const session = androidSession({ v2: first }, (bytes) => bytes.with(12, 0xff));
    const probe = await readInstalledProbe(session, android);
    expect(probe?.signerDigests).toEqual([]);
  });

  it('is what the system of an iPhone says', async () => {
    expect(await readInstalledProbe(appleSession('ABCDE12345'), iphone)).toEqual({
      ...{ app: APP, version: '4.2', build: '42', signerDigests: [], teamId: 'ABCDE12345' },
      ...{ installer: 'Apple Development: Somebody (XYZ)', statedBy: 'system' },
    });
  });

  it('is not known where the session may not ask', async () => {
    const refusing: PackageSession = {
      execute: () => Promise.reject(new Error('Potentially insecure feature')),
      pullFile: () => Promise.reject(new Error('no')),
    };
    expect(await readInstalledProbe(refusing, android)).toBeNull();
    expect(await readInstalledProbe(refusing, iphone)).toBeNull();
  });
});

describe('a probe that is not the lab’s', () => {
  const installed = async (session: PackageSession, phone: typeof android | typeof iphone) => {
    const probe = await readInstalledProbe(session, phone);
    if (probe === null) throw new Error('nothing is known');
    return probe;
  };

  it('is told by every signer that the lab does not know', async () => {
    const ours = await installed(androidSession({ v2: first, v3: [first] }), android);
    expect(probeDifferences(ours, VALUES)).toEqual([]);
    const rotated = await installed(androidSession({ v2: first, v3: [first, second] }), android);
    expect(probeDifferences(rotated, VALUES)).toEqual([`signer ${second.digest}`]);
    const unsigned = await installed(androidSession({}), android);
    expect(probeDifferences(unsigned, VALUES)).toEqual(['no signer whose signature holds']);
  });

  it('is told by its team, and refused with all that differs', async () => {
    const ours = await installed(appleSession('ABCDE12345'), iphone);
    expect(() => {
      refuseForeignProbe(ours, { values: VALUES, phone: 'p' });
    }).not.toThrow();
    const theirs = { ...(await installed(appleSession('ZZZZZ12345'), iphone)), app: 'a.b' };
    expect(() => {
      refuseForeignProbe(theirs, { values: VALUES, phone: 'p' });
    }).toThrow(/p: .*as the system says: bundle id a\.b, team ZZZZZ12345/);
  });
});
