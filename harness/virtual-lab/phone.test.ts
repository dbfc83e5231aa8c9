import { afterEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { ELEMENTS } from '../probe/limits.js';
import { encodeAppPackage } from './app-package.js';
import { InstallError, type InstallRefusal } from './apps.js';
import { appListing, packageShell } from './package-listing.js';
import type { VirtualPhone } from './phone.js';
import { ANDROID_PROBE, IOS_PROBE, IPHONE, PIXEL, startTestLab } from './testing/lab.js';
import { startVirtualLab, type VirtualLab } from './virtual-lab.js';

const APP = 'org.attestlab.probe';
const labs: VirtualLab[] = [];

async function phone(spec: typeof PIXEL | typeof IPHONE = PIXEL): Promise<VirtualPhone> {
  const lab = await startVirtualLab({ phones: [spec], timeScale: 0 });
  labs.push(lab);
  return lab.phone(spec.udid);
}

afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.close()));
});

function refusal(act: () => unknown): InstallRefusal | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof InstallError) return error.reason;
    throw error;
  }
}

describe('a virtual phone', () => {
  it('goes through the states of an app', async () => {
    const pixel = await phone();
    expect(pixel.appState(APP)).toBe('not-installed');
    expect(pixel.launch(APP)).toBe(false);
    pixel.install(encodeAppPackage(ANDROID_PROBE));
    expect(pixel.appState(APP)).toBe('not-running');
    expect(pixel.screen()).toEqual([]);
    expect(pixel.launch(APP)).toBe(true);
    expect(pixel.appState(APP)).toBe('foreground');
    pixel.install(encodeAppPackage({ ...ANDROID_PROBE, packageName: 'org.other' }));
    pixel.launch('org.other');
    expect(pixel.appState(APP)).toBe('background');
    expect(pixel.terminate(APP)).toBe(true);
    expect(pixel.terminate(APP)).toBe(false);
    expect(pixel.remove(APP)).toBe(true);
    expect(pixel.remove(APP)).toBe(false);
  });

  it('says what is installed as Android’s package manager does, and nothing else', async () => {
    const pixel = await phone();
    const pm = (...args: readonly string[]) => packageShell(pixel.apps, 'pm', args);
    expect(pm('path', APP)).toBe('');
    pixel.install(encodeAppPackage(ANDROID_PROBE));
    expect(pm('path', APP)).toBe(`package:/data/app/${APP}/base.apk\n`);
    expect(pixel.files.get(`/data/app/${APP}/base.apk`)).toEqual(encodeAppPackage(ANDROID_PROBE));
    expect(pm('list', 'packages', '-i', 'attestlab')).toBe(`package:${APP}  installer=null\n`);
    expect(pm('list', 'packages', '-i', 'none')).toBe('');
    expect(pm('clear', APP)).toBeNull();
    expect(packageShell(pixel.apps, 'id', [])).toBeNull();
    pixel.remove(APP);
    expect(pixel.files.size).toBe(0);
  });

  it('lists installed apps as iOS does', async () => {
    const iphone = await phone(IPHONE);
    iphone.install(encodeAppPackage(IOS_PROBE));
    expect(appListing(iphone.apps)).toMatchObject({
      [APP]: {
        CFBundleVersion: '1',
        Entitlements: { 'application-identifier': `ATTESTLAB0.${APP}` },
      },
    });
  });

  it('hands a link to the app that is named, or to the first that takes its scheme', async () => {
    const pixel = await phone();
    const link = 'attestlab-probe://v1?r=e30';
    expect(pixel.openLink(link, null)).toBe(false);
    pixel.install(encodeAppPackage(ANDROID_PROBE));
    expect(pixel.openLink('https://example.org', null)).toBe(false);
    expect(pixel.openLink(link, 'org.other')).toBe(false);
    expect(pixel.openLink(link, null)).toBe(true);
    expect(pixel.appState(APP)).toBe('foreground');
  });

  it('has a tap only where there is something to tap', async () => {
    const pixel = await phone();
    expect(pixel.tap(ELEMENTS.next)).toBe(false);
    pixel.install(encodeAppPackage(ANDROID_PROBE));
    pixel.launch(APP);
    expect(pixel.tap(ELEMENTS.next)).toBe(true);
    expect(pixel.tap('attestlab.other')).toBe(false);
  });

  it('takes an Android update of the same signer that is no older', async () => {
    const pixel = await phone();
    const install = (change: object) =>
      refusal(() => pixel.install(encodeAppPackage({ ...ANDROID_PROBE, ...change })));
    expect(install({ versionCode: 2 })).toBeNull();
    expect(install({ versionCode: 3 })).toBeNull();
    expect(install({ versionCode: 1 })).toBe('INSTALL_FAILED_VERSION_DOWNGRADE');
    expect(install({ versionCode: 9, signerDigests: ['cd'.repeat(32)] })).toBe(
      'INSTALL_FAILED_UPDATE_INCOMPATIBLE',
    );
    expect(pixel.apps.get(APP)?.package).toMatchObject({ versionCode: 3 });
  });

  it('takes an iOS update of the same team alone', async () => {
    const iphone = await phone(IPHONE);
    const install = (change: object) =>
      refusal(() => iphone.install(encodeAppPackage({ ...IOS_PROBE, ...change })));
    expect(install({})).toBeNull();
    expect(install({ build: '2' })).toBeNull();
    expect(install({ teamId: 'OTHERTEAM0' })).toBe('MismatchedApplicationIdentifierEntitlement');
  });

  it('installs nothing that is no app of its platform', async () => {
    const pixel = await phone();
    const iphone = await phone(IPHONE);
    expect(refusal(() => pixel.install(encodeAppPackage(IOS_PROBE)))).toBe(
      'INSTALL_FAILED_INVALID_APK',
    );
    expect(refusal(() => iphone.install(encodeAppPackage(ANDROID_PROBE)))).toBe(
      'ApplicationVerificationFailed',
    );
    expect(refusal(() => pixel.install(Uint8Array.of(0xff, 0)))).toBe('INSTALL_FAILED_INVALID_APK');
    expect(refusal(() => pixel.install(new TextEncoder().encode('{}')))).toBe(
      'INSTALL_FAILED_INVALID_APK',
    );
  });

  it('keeps a clock of its own', async () => {
    const fixed = new Date('2026-11-23T12:00:00.000Z');
    const clockOffsetMs = -60_000;
    const lab = await startVirtualLab({
      phones: [{ ...PIXEL, clockOffsetMs }],
      timeScale: 0,
      clock: () => fixed,
    });
    labs.push(lab);
    const { clock } = lab.phone('PIXEL');
    expect(clock.now().toISOString()).toBe('2026-11-23T11:59:00.000Z');
    clock.setOffset(1);
    expect(clock.now().getTime()).toBe(fixed.getTime() + 1);
  });
});

describe('a virtual lab', () => {
  it('makes roots of its own, anew each time', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => startVirtualLab({ phones: [PIXEL], timeScale: 0 })),
    );
    if (one === undefined || two === undefined) throw new Error('two labs');
    labs.push(one, two);
    expect(one.trustAnchors.android).toHaveLength(1);
    expect(one.trustAnchors.android).not.toEqual(two.trustAnchors.android);
    expect(one.trustAnchors.appAttest).not.toEqual(one.trustAnchors.receipts);
    expect(JSON.parse(one.revocation.json)).toEqual({ entries: {} });
  });

  it.each([
    [{ ...PIXEL, apiLevel: 7 }, /PIXEL: apiLevel: /],
    [{ ...PIXEL, hardware: { tee: true } }, /PIXEL: hardware: strongbox: /],
    [{ ...PIXEL, colour: 'red' }, /colour/],
    [{ ...IPHONE, latencies: { tee: { generate: -1 } } }, /latencies: tee: generate/],
  ])('refuses a phone that is stated wrongly and names the place', async (spec, message) => {
    const started = startVirtualLab({ phones: [spec as typeof PIXEL], timeScale: 0 });
    const error: unknown = await started.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HarnessError);
    expect(error).toMatchObject({
      code: 'ERR_FILE_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('has one phone of each udid', async () => {
    await expect(startVirtualLab({ phones: [PIXEL, PIXEL], timeScale: 0 })).rejects.toThrow(
      /udid is taken/,
    );
    const lab = await startVirtualLab({ phones: [PIXEL], timeScale: 0 });
    labs.push(lab);
    expect(() => lab.phone('NOBODY')).toThrow(RangeError);
  });

  it('takes as long as is stated, times the scale', async () => {
    const slow = { ...PIXEL, latencies: { tee: { generate: 2_000 } } };
    const { lab, probe, close } = await startTestLab(slow, { timeScale: 0.05 });
    expect(lab.timeScale).toBe(0.05);
    await probe.hello();
    const begunAt = performance.now();
    await probe.call('key.generate', {
      ...{ alias: 'a', purpose: 'sign', algorithm: 'ec-p256' },
      ...{ ladder: ['tee'], digests: ['sha256'] },
    });
    const ms = performance.now() - begunAt;
    await close();
    expect(ms).toBeGreaterThanOrEqual(95);
    expect(ms).toBeLessThan(1_500);
  });

  it('closes twice without complaint', async () => {
    const lab = await startVirtualLab({ phones: [PIXEL], timeScale: 0 });
    await lab.close();
    await lab.close();
    await expect(fetch(lab.host.url)).rejects.toThrow();
  });
});
