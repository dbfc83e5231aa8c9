import { createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, utf8 } from '../encoding/bytes.js';
import { keyId, profileSString } from '../evidence/formats/index.js';
import { failing } from '../verifier/index.js';
import { HOOK_NAMES } from './hooks.js';
import type { VirtualPhoneSpec } from './phone-spec.js';
import { appraiseAppAttest, appraiseKey, attestedKey } from './testing/appraisal.js';
import { IPHONE, PIXEL, startTestLab, type TestLab } from './testing/lab.js';
import { startTlsServer, testCa } from './testing/tls-server.js';

const ROOTED: VirtualPhoneSpec = {
  ...PIXEL,
  ...{ jailbroken: true, locked: false, bootState: 'unverified' },
};
const JAILBROKEN: VirtualPhoneSpec = { ...IPHONE, jailbroken: true };

const NAME = 'rp.attestlab.test';
const ca = testCa('test server authority');
const ORDER = '{"item":"bread","quantity":1}';
const CHANGED = '{"item":"bread","quantity":1000}';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((opened) => opened.close()));
});

async function phone(spec = ROOTED): Promise<TestLab> {
  const lab = await startTestLab(spec, { hosts: { [NAME]: '127.0.0.1' } });
  open.push(lab);
  await lab.probe.hello();
  return lab;
}

async function server() {
  const started = await startTlsServer({ ca, name: NAME });
  open.push(started);
  return started;
}

async function send(lab: TestLab, port: number, body: string, pins?: readonly string[]) {
  const { result } = await lab.probe.call('request.send', {
    ...{ url: `https://${NAME}:${port}/v1/orders`, method: 'POST', headers: [] },
    ...{ body: toBase64url(utf8(body)), anchors: [toBase64url(ca.certificate)] },
    ...(pins === undefined ? {} : { pins: [...pins] }),
  });
  return result;
}

/** Makes a key, signs the order with it, and tells which body the signature is over. */
async function signOrder({ probe }: TestLab): Promise<(body: string) => boolean> {
  const { result: key } = await probe.call('key.generate', {
    ...{ alias: 'sign', purpose: 'sign', algorithm: 'ec-p256' },
    ...{ ladder: ['tee'], digests: ['sha256'] },
  });
  const request = {
    ...{ method: 'POST', authority: NAME, target: '/v1/orders', contentType: 'application/json' },
  };
  const { result } = await probe.call('request.sign', {
    ...{ ...request, alias: 'sign', body: toBase64url(utf8(ORDER)) },
    ...{ epoch: '1', counter: '1', timestampMs: 1_767_225_600_000 },
  });
  const spki = bytes(key.spki);
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const signature = bytes(new Map(result.headers).get('attestlab-signature') ?? '');
  return (body) => {
    const signed = profileSString({
      ...{ ...request, body: utf8(body), keyId: keyId(spki) },
      ...{ epoch: 1n, counter: 1n, timestampMs: 1_767_225_600_000n },
    });
    return verify('sha256', utf8(signed), publicKey, signature);
  };
}

function bytes(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

describe('hooks', () => {
  it.each([PIXEL, IPHONE])('get into no app of an unmodified $model', async (spec) => {
    const lab = await startTestLab(spec);
    open.push(lab);
    for (const hook of HOOK_NAMES) {
      expect(() => {
        lab.phone.hooks.switchOn(hook);
      }).toThrow(RangeError);
      expect(lab.phone.hooks.has(hook)).toBe(false);
    }
  });
});

describe('a forced pin check', () => {
  const elsewhere = [`sha256/${'A'.repeat(43)}=`];

  it('lets a request out that the pins had stopped, until it is taken away', async () => {
    const [lab, { port, seen }] = [await phone(), await server()];
    const stopped = { outcome: 'failed', phase: 'pin' };
    expect(await send(lab, port, 'secret', elsewhere)).toMatchObject(stopped);
    lab.phone.hooks.switchOn('pin-check-forced');
    expect(await send(lab, port, 'secret', elsewhere)).toMatchObject({ outcome: 'answered' });
    expect(seen.requests).toHaveLength(1);
    lab.phone.hooks.switchOff('pin-check-forced');
    expect(await send(lab, port, 'secret', elsewhere)).toMatchObject(stopped);
  });

  it('leaves the platform’s own judgement of the chain as it is', async () => {
    const lab = await phone();
    const stranger = await startTlsServer({ ca: testCa('a stranger'), name: NAME });
    open.push(stranger);
    lab.phone.hooks.switchOn('pin-check-forced');
    const sent = await send(lab, stranger.port, 'secret', elsewhere);
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'handshake' });
    expect(stranger.seen.requests).toEqual([]);
  });
});

describe('an order that a hook changes', () => {
  it('before it is signed carries a signature that holds', async () => {
    const [lab, { port, seen }] = [await phone(), await server()];
    lab.phone.hooks.switchOn('body-changed-before-signing');
    const isSigned = await signOrder(lab);
    await send(lab, port, ORDER);
    expect(seen.requests[0]?.endsWith(` ${CHANGED}`)).toBe(true);
    expect([isSigned(CHANGED), isSigned(ORDER)]).toEqual([true, false]);
  });

  it('after it was signed carries a signature over another', async () => {
    const [lab, { port, seen }] = [await phone(), await server()];
    lab.phone.hooks.switchOn('body-changed-after-signing');
    const isSigned = await signOrder(lab);
    await send(lab, port, ORDER);
    expect(seen.requests[0]?.endsWith(` ${CHANGED}`)).toBe(true);
    expect([isSigned(CHANGED), isSigned(ORDER)]).toEqual([false, true]);
  });

  it.each(['{"subject":"phone-1"}', '[1]', 'null', 'no JSON'])(
    'is the only body that it changes, and not %s',
    async (body) => {
      const [lab, { port, seen }] = [await phone(), await server()];
      lab.phone.hooks.switchOn('body-changed-before-signing');
      lab.phone.hooks.switchOn('body-changed-after-signing');
      await send(lab, port, body);
      expect(seen.requests[0]?.endsWith(` ${body}`)).toBe(true);
    },
  );
});

describe('a replaced attestation', () => {
  it.each([
    [false, ['android-key/device-locked', 'android-key/boot-verified']],
    [true, ['android-key/signatures-verify']],
  ])('of Android looks healthy and lacks the vendor’s signature: %s', async (hooked, failed) => {
    const lab = await phone();
    if (hooked) lab.phone.hooks.switchOn('attestation-replaced');
    const appraisal = appraiseKey(lab, await attestedKey(lab));
    expect(failing(appraisal)).toEqual(failed);
    expect(appraisal.verdict).toBe('rejected');
    expect(appraisal.claims).toMatchObject({
      verifiedBootState: hooked ? 'VERIFIED' : 'UNVERIFIED',
      deviceLocked: hooked,
    });
  });

  it('of iOS vouches for a key that leaves the phone', async () => {
    const lab = await phone(JAILBROKEN);
    const { probe } = lab;
    const make = (alias: string) =>
      probe.call('key.generate', {
        ...{ alias, purpose: 'tls', algorithm: 'ec-p256' },
        ...{ ladder: ['secure-enclave'], digests: ['sha256'] },
      });
    await make('genuine');
    lab.phone.hooks.switchOn('attestation-replaced');
    expect((await make('replaced')).result.level).toBe('secure-enclave');
    await expect(probe.call('key.export', { alias: 'genuine' })).rejects.toMatchObject({
      code: 'key_not_exportable',
    });
    const exported = await probe.call('key.export', { alias: 'replaced' });
    expect(bytes(exported.result.privateKey).length).toBeGreaterThan(100);

    const appraisal = await appraiseAppAttest(lab);
    expect(failing(appraisal)).toEqual([]);
    expect(appraisal.verdict).toBe('accepted');
  });
});
