import { afterEach, describe, expect, it } from 'vitest';
import type { CommandArgs } from '../probe/commands.js';
import { failing } from '../verifier/index.js';
import type { VirtualPhoneSpec } from './phone-spec.js';
import { appraiseAppAttest, appraiseKey, attestedKey } from './testing/appraisal.js';
import { IPHONE, PIXEL, startTestLab, type TestLab } from './testing/lab.js';

const opened: TestLab[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((lab) => lab.close()));
});

async function phone(spec: VirtualPhoneSpec): Promise<TestLab> {
  const lab = await startTestLab(spec);
  opened.push(lab);
  await lab.probe.hello();
  return lab;
}

type Android = Partial<Extract<VirtualPhoneSpec, { readonly platform: 'android' }>>;

async function judged(change: Android) {
  const lab = await phone({ ...PIXEL, ...change });
  const key = await attestedKey(lab);
  const result = appraiseKey(lab, key);
  const { verdict, claims } = result;
  return { lab, key, verdict, claims, failed: failing(result) };
}

const ZEROS = '00'.repeat(32);
const OWN_KEY = 'ab'.repeat(32);

describe('an Android phone, by its specification', () => {
  it.each([
    ['factory', 4],
    ['rkp', 5],
  ] as const)('has a chain of the shape %s', async (provisioning, chainLength) => {
    const { verdict, claims } = await judged({ provisioning });
    expect(verdict).toBe('accepted');
    expect(claims).toMatchObject({ provisioning, chainLength });
  });

  it.each([
    [28, undefined, 3, 4],
    [36, 200, 200, 200],
    [36, 500, 500, 500],
  ] as const)(
    'of API level %i and KeyMint %s has records of versions %i and %i',
    async (apiLevel, keyMintVersion, attestationVersion, keyMint) => {
      const stated = keyMintVersion === undefined ? {} : { keyMintVersion };
      const { verdict, claims } = await judged({ apiLevel, ...stated });
      expect(verdict).toBe('accepted');
      expect(claims).toMatchObject({ attestationVersion, keyMintVersion: keyMint });
    },
  );

  it('has patch levels of its images that differ', async () => {
    const patches = { vendorPatch: '2025-03-01', bootPatch: '2024-12-05' };
    const { claims } = await judged({ securityPatch: '2026-10-05', ...patches });
    expect(claims).toMatchObject({
      ...{ patchLevel: 202610, vendorPatchLevel: 20250301, bootPatchLevel: 20241205 },
    });
    const unstated = await judged({ securityPatch: '2026-10-05' });
    expect(unstated.claims).toMatchObject({
      ...{ patchLevel: 202610, vendorPatchLevel: 20261005, bootPatchLevel: 20261005 },
    });
  });

  it.each([
    ['verified with zeros', { bootState: 'verified', bootKey: ZEROS }, 'VERIFIED', []],
    [
      'of its owner',
      { bootState: 'self-signed', bootKey: OWN_KEY },
      'SELF_SIGNED',
      ['android-key/boot-verified'],
    ],
    [
      'unlocked',
      { bootState: 'unverified', locked: false },
      'UNVERIFIED',
      ['android-key/device-locked', 'android-key/boot-verified'],
    ],
  ] as const)('boots what is %s', async (_, change, verifiedBootState, failed) => {
    const result = await judged(change);
    expect(result.failed).toEqual(failed);
    const bootKey = 'bootKey' in change ? change.bootKey : ZEROS;
    expect(result.claims).toMatchObject({ verifiedBootState, verifiedBootKeyHex: bootKey });
  });

  it('names its owner’s boot key where none is stated', async () => {
    const { claims } = await judged({ bootState: 'self-signed' });
    expect(claims['verifiedBootKeyHex']).not.toBe(ZEROS);
    expect(claims['verifiedBootKeyHex']).not.toBe((await judged({})).claims['verifiedBootKeyHex']);
  });

  it('is an emulator, which has software keys and says so', async () => {
    const hardware = { strongbox: false, tee: false };
    const { lab, key, failed, claims } = await judged({ hardware, bootState: 'unverified' });
    expect(key.level).toBe('software');
    expect(failed).toEqual(['android-key/root-not-software', 'android-key/level-sufficient']);
    expect(claims).toMatchObject({ securityLevel: 'SOFTWARE', chainLength: 3 });
    expect((await lab.probe.call('facts', {})).result.features).toEqual([]);
    const strongbox = lab.probe.call('key.generate', {
      ...{ alias: 'a', purpose: 'sign', algorithm: 'ec-p256' },
      ...{ ladder: ['strongbox'], digests: ['sha256'] },
    });
    await expect(strongbox).rejects.toMatchObject({ code: 'key_generation_failed' });
  });
});

describe('an iPhone, by its specification', () => {
  const enclaveKey: CommandArgs<'key.generate'> = {
    ...{ alias: 'a', purpose: 'sign', algorithm: 'ec-p256' },
    ...{ ladder: ['secure-enclave'], digests: ['sha256'] },
  };

  it('is a simulator, which has no Secure Enclave and no App Attest', async () => {
    const { probe } = await phone({ ...IPHONE, hardware: { secureEnclave: false } });
    const { result } = await probe.call('facts', {});
    expect(result).toMatchObject({ features: [], appAttestSupported: false });
    await expect(probe.call('key.generate', enclaveKey)).rejects.toMatchObject({
      code: 'key_generation_failed',
      attempts: [{ level: 'secure-enclave', ok: false, rawCode: -25293, transient: false }],
    });
    await expect(probe.call('appattest.generate', {})).rejects.toMatchObject({
      ...{ code: 'app_attest_failed', publicCode: 1 },
    });
  });

  it('has no passcode, and so no key of the Secure Enclave', async () => {
    const { probe } = await phone({ ...IPHONE, passcodeSet: false });
    expect((await probe.call('facts', {})).result.passcodeSet).toBe(false);
    await expect(probe.call('key.generate', enclaveKey)).rejects.toMatchObject({
      attempts: [{ level: 'secure-enclave', ok: false, rawCode: -25291 }],
    });
  });

  it('is jailbroken, and its App Attest is as good as ever', async () => {
    const lab = await phone({ ...IPHONE, jailbroken: true });
    expect((await lab.probe.call('facts', {})).result.rootHints).not.toEqual([]);
    const { verdict } = await appraiseAppAttest(lab);
    expect(verdict).toBe('accepted');
  });
});
