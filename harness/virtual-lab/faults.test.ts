import { afterEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import { FaultSwitches, type FaultName } from './faults.js';
import type { VirtualPhoneSpec } from './phone-spec.js';
import { IPHONE, PIXEL, startTestLab, type TestLab } from './testing/lab.js';

const RKP_PIXEL: VirtualPhoneSpec = {
  ...PIXEL,
  ...{ hardware: { strongbox: true, tee: true }, provisioning: 'rkp' },
};
const challenge = toBase64url(new Uint8Array(32));
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

/** Goes down the whole ladder, and tells each rung with how it ended. */
async function climb({ probe, phone: { spec } }: TestLab): Promise<readonly string[]> {
  const { result } = await probe.call('key.generate', {
    ...{ alias: 'a', purpose: 'sign', algorithm: 'ec-p256', digests: ['sha256'] },
    ...(spec.platform === 'ios'
      ? { ladder: ['secure-enclave', 'software'] }
      : { ladder: ['strongbox', 'tee', 'software'], challenge }),
  });
  return result.attempts.map((attempt) =>
    attempt.ok ? attempt.level : `${attempt.level} ${attempt.rawCode ?? ''}`,
  );
}

describe('a fault', () => {
  it('strikes until it is switched off', () => {
    const faults = new FaultSwitches(['crash']);
    expect([1, 2, 3].map(() => faults.strikes('crash'))).toEqual([true, true, true]);
    faults.switchOff('crash');
    expect([faults.has('crash'), faults.strikes('crash')]).toEqual([false, false]);
  });

  it('that passes strikes as often as was said, however often one looks', () => {
    const faults = new FaultSwitches();
    faults.switchOn('crash', { times: 2 });
    expect([1, 2, 3].map(() => faults.has('crash'))).toEqual([true, true, true]);
    expect([1, 2, 3].map(() => faults.strikes('crash'))).toEqual([true, true, false]);
    expect(faults.has('crash')).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot strike %d times', (times) => {
    expect(() => {
      new FaultSwitches().switchOn('crash', { times });
    }).toThrow(RangeError);
  });
});

describe('a fault that passes', () => {
  it.each<[FaultName, number]>([
    ['hardware-busy', -48],
    ['attestation-keys-exhausted', 25],
    ['attestation-keys-need-upgrade', 23],
  ])('is retried on its rung and never leads to a lower one: %s', async (fault, rawCode) => {
    const lab = await phone(RKP_PIXEL);
    lab.phone.faults.switchOn(fault, { times: 2 });
    const failed = `strongbox ${rawCode}`;
    expect(await climb(lab)).toEqual([failed, failed, 'strongbox']);
    expect(await climb(lab)).toEqual(['strongbox']);
  });

  it('is retried by an iPhone that its owner unlocks again', async () => {
    const lab = await phone(IPHONE);
    lab.phone.faults.switchOn('screen-locked', { times: 3 });
    const failed = 'secure-enclave -25308';
    expect(await climb(lab)).toEqual([failed, failed, failed, 'secure-enclave']);
  });

  it('lets the same App Attest key be attested later', async () => {
    const { probe, phone: iphone } = await phone(IPHONE);
    const { keyId } = (await probe.call('appattest.generate', {})).result;
    const attest = () => probe.call('appattest.attest', { keyId, clientDataHash: challenge });
    iphone.faults.switchOn('app-attest-unavailable', { times: 1 });
    await expect(attest()).rejects.toMatchObject({ publicCode: 4, transient: true });
    await expect(attest()).resolves.toBeDefined();
  });
});

describe('a fault that stays', () => {
  it.each<[FaultName, number]>([
    ['strongbox-failing', -6],
    ['attestation-keys-refused', 26],
  ])('leads to the rung below, once: %s', async (fault, rawCode) => {
    const lab = await phone(RKP_PIXEL);
    lab.phone.faults.switchOn(fault, { times: 1 });
    expect(await climb(lab)).toEqual([`strongbox ${rawCode}`, 'tee']);
  });

  it('closes the keys of an iPhone with a locked screen, and not the probe’s on Android', async () => {
    for (const [spec, refusal] of [
      [IPHONE, { code: 'key_use_failed', rawCode: -25308 }],
      [PIXEL, null],
    ] as const) {
      const lab = await phone(spec);
      await climb(lab);
      lab.phone.faults.switchOn('screen-locked');
      const signed = lab.probe.call('key.sign', { alias: 'a', data: '' });
      if (refusal === null) await expect(signed).resolves.toBeDefined();
      else await expect(signed).rejects.toMatchObject(refusal);
    }
  });

  it.each<[FaultName, number]>([
    ['keys-imported', 4],
    ['attest-key', 5],
  ])('changes what a key’s chain is: %s', async (fault, length) => {
    const { probe, phone: pixel } = await phone(PIXEL);
    pixel.faults.switchOn(fault);
    const { result } = await probe.call('key.generate', {
      ...{ alias: 'a', purpose: 'sign', algorithm: 'ec-p256', digests: ['sha256'] },
      ...{ ladder: ['tee'], challenge },
    });
    expect(result.attestationChain).toHaveLength(length);
  });

  it('has App Attest fail with unknownSystemFailure', async () => {
    const { probe, phone: iphone } = await phone(IPHONE);
    const { keyId } = (await probe.call('appattest.generate', {})).result;
    iphone.faults.switchOn('app-attest-failing');
    await expect(
      probe.call('appattest.attest', { keyId, clientDataHash: challenge }),
    ).rejects.toMatchObject({ publicCode: 0, transient: false });
  });
});
