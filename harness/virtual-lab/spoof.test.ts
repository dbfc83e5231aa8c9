import { afterEach, describe, expect, it } from 'vitest';
import { failing } from '../verifier/index.js';
import type { VirtualPhoneSpec } from './phone-spec.js';
import { revocationOf } from './revocation.js';
import { hasOpenssl, opensslVerify } from './secure-hardware/testing/openssl.js';
import { appraiseKey, attestedKey } from './testing/appraisal.js';
import { PIXEL, startTestLab, type TestLab } from './testing/lab.js';
import { parsePhoneSpec } from './virtual-lab.js';

const SPOOFER = {
  ...PIXEL,
  ...{ hardware: { strongbox: true, tee: true }, provisioning: 'rkp' },
  ...{ jailbroken: true, locked: false, bootState: 'unverified' },
  spoof: { kind: 'leaked-keybox' },
} as const satisfies VirtualPhoneSpec;

const opened: TestLab[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((lab) => lab.close()));
});

async function spoofer(): Promise<TestLab> {
  const lab = await startTestLab(SPOOFER);
  opened.push(lab);
  await lab.probe.hello();
  return lab;
}

describe('a phone that spoofs with a leaked keybox', () => {
  it('passes for a locked one until the keybox is revoked', async () => {
    const lab = await spoofer();
    const key = await attestedKey(lab);
    const before = appraiseKey(lab, key);
    expect(failing(before)).toEqual([]);
    expect(before.verdict).toBe('accepted');
    expect(before.claims).toMatchObject({
      ...{ verifiedBootState: 'VERIFIED', deviceLocked: true, provisioning: 'factory' },
      keyLevel: 'TRUSTED_ENVIRONMENT',
    });
    const after = appraiseKey(lab, key, lab.lab.leakedKeyboxes);
    expect(failing(after)).toEqual(['android-key/not-revoked']);
    expect(after.verdict).toBe('rejected');
  });

  it('still says of itself what it is', async () => {
    const { probe } = await spoofer();
    const { result } = await probe.call('facts', {});
    expect(result.bootProperties).toMatchObject({
      'ro.boot.verifiedbootstate': 'orange',
      'ro.boot.flash.locked': '0',
    });
    expect(result.rootHints).not.toEqual([]);
  });

  it('cannot spoof for StrongBox', async () => {
    const lab = await spoofer();
    const result = appraiseKey(lab, await attestedKey(lab, 'strongbox'), lab.lab.leakedKeyboxes);
    expect(failing(result)).toEqual(['android-key/device-locked', 'android-key/boot-verified']);
  });

  it.skipIf(!hasOpenssl)('has chains that openssl accepts', async () => {
    const { chain } = await attestedKey(await spoofer());
    expect(opensslVerify(chain, new Date())).toMatch(/^passed: .*OK/);
  });

  it.each([
    { jailbroken: false },
    { locked: true },
    { hardware: { strongbox: false, tee: false } },
  ] as const)('is unlocked and rooted, and has a TEE: not %o', (change) => {
    expect(() => parsePhoneSpec({ ...SPOOFER, ...change }, 'phone')).toThrow(/phone: spoof: only/);
  });
});

describe('the lab’s status list', () => {
  it('names serials as Google’s does', async () => {
    const { lab } = await spoofer();
    expect(lab.leakedKeyboxes).toHaveLength(1);
    for (const serial of lab.leakedKeyboxes) expect(serial).toMatch(/^[1-9a-f][0-9a-f]*$/);
    expect(JSON.parse(revocationOf(lab.leakedKeyboxes))).toEqual({
      entries: {
        [lab.leakedKeyboxes[0] ?? '']: { status: 'REVOKED', reason: 'KEY_COMPROMISE' },
      },
    });
  });
});
