import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, utf8 } from '../encoding/bytes.js';
import { verifiesEs256 } from '../encoding/ecdsa.js';
import { loadPublicKey } from '../encoding/signature.js';
import { parseCsr } from '../evidence/csr/index.js';
import { keyId, profileSString } from '../evidence/formats/index.js';
import { parseSignedRequest } from '../evidence/signed-request/index.js';
import { inlineLink } from '../probe/deep-link.js';
import { ELEMENTS } from '../probe/limits.js';
import { ProbeError } from '../probe/probe-error.js';
import { stateSchema } from '../probe/protocol.js';
import { encodeAppPackage } from './app-package.js';
import type { Misreport } from './probe-app.js';
import {
  ANDROID_PROBE,
  IOS_PROBE,
  IPHONE,
  PIXEL,
  startTestLab,
  type TestLab,
} from './testing/lab.js';

const opened: TestLab[] = [];

async function start(...args: Parameters<typeof startTestLab>): Promise<TestLab> {
  const lab = await startTestLab(...args);
  opened.push(lab);
  return lab;
}

async function claimed(...args: Parameters<typeof startTestLab>): Promise<TestLab> {
  const lab = await start(...args);
  await lab.probe.hello();
  return lab;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((lab) => lab.close()));
});

function bytes(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

async function failure(call: Promise<unknown>): Promise<ProbeError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProbeError) return error;
  throw new Error(`a ProbeError was expected, not ${String(error)}`);
}

const EC_KEY = {
  purpose: 'tls',
  algorithm: 'ec-p256',
  ladder: ['tee'],
  digests: ['none', 'sha256'],
} as const;
const ENCLAVE_KEY = { ...EC_KEY, ladder: ['secure-enclave'] } as const;

describe('a virtual probe', () => {
  it('obeys the first host that says hello, and nobody else', async () => {
    const { probe, stranger } = await start(PIXEL);
    expect((await failure(probe.call('facts', {}))).code).toBe('secret_missing');
    await probe.hello();
    expect((await failure(stranger().hello())).code).toBe('secret_mismatch');
    expect((await probe.call('facts', {})).result.virtual).toBe(true);
  });

  it('stays claimed over an update, and is free after a reinstallation', async () => {
    const { phone, stranger } = await claimed(PIXEL);
    phone.install(encodeAppPackage({ ...ANDROID_PROBE, versionCode: 2 }));
    expect((await failure(stranger().hello())).code).toBe('secret_mismatch');
    phone.remove('org.attestlab.probe');
    phone.install(encodeAppPackage(ANDROID_PROBE));
    expect(await stranger().hello()).toMatchObject({ version: 1, platform: 'android' });
  });

  it('does not keep the secret itself', async () => {
    const lab = await start(PIXEL);
    const secret = toBase64url(new Uint8Array(32).fill(7));
    const request = {
      ...{ v: 1, id: toBase64url(new Uint8Array(16).fill(1)), secret },
      ...{ command: 'hello', args: { minVersion: 1, maxVersion: 1 } },
    };
    await lab.transport.openDeepLink(inlineLink(JSON.stringify(request)) ?? '');
    const data = lab.phone.apps.get('org.attestlab.probe')?.data ?? new Map<string, string>();
    expect(data.size).toBe(1);
    expect([...data.values()].join()).not.toContain(secret);
  });

  it('shares no version with a host of the future, and says so', async () => {
    const { probe } = await start(PIXEL);
    const refused = await failure(probe.call('hello', { minVersion: 2, maxVersion: 9 }));
    expect(refused.code).toBe('version_unsupported');
  });

  it('obeys a link once, however often it is delivered', async () => {
    const { transport, phone } = await start(IPHONE);
    const request = (fill: number, command: string, args: object) =>
      inlineLink(
        JSON.stringify({
          v: 1,
          id: toBase64url(new Uint8Array(16).fill(fill)),
          secret: toBase64url(new Uint8Array(32)),
          command,
          args,
        }),
      ) ?? '';
    const settled = async (): Promise<string> => {
      for (;;) {
        const text = (await transport.readText(ELEMENTS.state)) ?? '';
        if (stateSchema.parse(JSON.parse(text)).state === 'done') return text;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await transport.openDeepLink(request(1, 'hello', { minVersion: 1, maxVersion: 1 }));
    await settled();
    const generate = request(2, 'appattest.generate', {});
    await transport.openDeepLink(generate);
    await settled();
    await transport.openDeepLink(request(3, 'facts', {}));
    const shown = await settled();
    await transport.openDeepLink(generate);
    expect(await settled()).toBe(shown);
    phone.terminate('org.attestlab.probe');
  });

  it.each([
    ['another version of the request', { v: 2 }, 'version_unsupported'],
    ['a field too many', { extra: 1 }, 'malformed_request'],
  ])('refuses %s', async (_, change, code) => {
    const { transport, phone } = await start(PIXEL);
    const request = {
      v: 1,
      id: 'A'.repeat(22),
      secret: 'A'.repeat(43),
      command: 'facts',
      args: {},
    };
    await transport.openDeepLink(inlineLink(JSON.stringify({ ...request, ...change })) ?? '');
    const page = phone.screen().find(({ accessibilityId }) => accessibilityId === ELEMENTS.page);
    const answer = Buffer.from(page?.text.split(' ')[2] ?? '', 'base64url').toString();
    expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { code } });
  });

  it('names the argument that does not fit', async () => {
    const { probe } = await claimed(PIXEL);
    const refused = await failure(probe.call('key.delete', { alias: 'a b' }));
    expect(refused).toMatchObject({ code: 'invalid_args' });
    expect(refused.message).toContain('alias');
  });

  it('turns its pages until a long answer is whole', async () => {
    const { probe, phone } = await claimed(PIXEL);
    const challenge = toBase64url(new Uint8Array(32));
    const { result } = await probe.call('key.generate', { alias: 'a', ...EC_KEY, challenge });
    const state = phone.screen().find(({ accessibilityId }) => accessibilityId === ELEMENTS.state);
    expect(JSON.parse(state?.text ?? '')).toHaveProperty('pages', 2);
    expect(result.attestationChain).toHaveLength(4);
  });
});

describe('keys of a virtual Android phone', () => {
  it('fall back from an absent StrongBox with the vendor’s own words', async () => {
    const { probe } = await claimed(PIXEL);
    const ladder = ['strongbox', 'tee', 'software'] as const;
    const { result } = await probe.call('key.generate', { alias: 'a', ...EC_KEY, ladder });
    expect(result.level).toBe('tee');
    expect(result.attempts).toEqual([
      expect.objectContaining({
        level: 'strongbox',
        ok: false,
        exception: 'StrongBoxUnavailableException',
        publicCode: 12,
        rawCode: -68,
        transient: false,
      }),
      expect.objectContaining({ level: 'tee', ok: true }),
    ]);
  });

  it('never go down a rung because the hardware is busy', async () => {
    const { probe, phone } = await claimed(PIXEL);
    phone.faults.switchOn('hardware-busy');
    const ladder = ['tee', 'software'] as const;
    const refused = await failure(probe.call('key.generate', { alias: 'a', ...EC_KEY, ladder }));
    expect(refused.code).toBe('key_generation_failed');
    expect(refused.attempts.map(({ level, ok }) => `${level} ${ok}`)).toEqual(
      Array<string>(4).fill('tee false'),
    );
  });

  it('sign certification requests that carry the nonce', async () => {
    const { probe } = await claimed(PIXEL);
    const { result: key } = await probe.call('key.generate', { alias: 'a', ...EC_KEY });
    const nonce = toBase64url(new Uint8Array(32).fill(9));
    const { result } = await probe.call('key.csr', { alias: 'a', commonName: 'phone', nonce });
    const { parsed } = parseCsr(bytes(result.csr));
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    expect(toBase64url(parsed.value.spki)).toBe(key.spki);
  });

  it('leave only as software keys', async () => {
    const { probe } = await claimed(PIXEL);
    await probe.call('key.generate', { alias: 'hard', ...EC_KEY });
    const refused = await failure(probe.call('key.export', { alias: 'hard' }));
    expect(refused).toMatchObject({ code: 'key_not_exportable', exception: 'InvalidKeyException' });
    const ladder = ['software'] as const;
    const soft = await probe.call('key.generate', { alias: 'soft', ...EC_KEY, ladder });
    const { result } = await probe.call('key.export', { alias: 'soft' });
    const key = Buffer.from(bytes(result.privateKey));
    const exported = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(exported).export({ type: 'spki', format: 'der' });
    expect(toBase64url(spki)).toBe(soft.result.spki);
  });

  it('go with the app', async () => {
    const lab = await claimed(PIXEL);
    await lab.probe.call('key.generate', { alias: 'a', ...EC_KEY });
    lab.phone.remove('org.attestlab.probe');
    lab.phone.install(encodeAppPackage(ANDROID_PROBE));
    const next = lab.stranger();
    await next.hello();
    const refused = await failure(next.call('key.sign', { alias: 'a', data: '' }));
    expect(refused.code).toBe('key_not_found');
  });

  it('that were not made for SHA-256 do not sign with it', async () => {
    const { probe } = await claimed(PIXEL);
    await probe.call('key.generate', { alias: 'a', ...EC_KEY, digests: ['none'] });
    const refused = await failure(probe.call('key.sign', { alias: 'a', data: '' }));
    expect(refused).toMatchObject({ code: 'key_use_failed', rawCode: -13 });
  });

  it('sign requests with profile S', async () => {
    const { probe } = await claimed(PIXEL);
    const { result: key } = await probe.call('key.generate', { alias: 'a', ...EC_KEY });
    const body = utf8('{"amount":10}');
    const request = {
      ...{ method: 'POST', authority: 'rp.example', target: '/v1/orders?x=1' },
      contentType: 'application/json',
    };
    const { result } = await probe.call('request.sign', {
      ...{ alias: 'a', ...request, body: toBase64url(body) },
      ...{ epoch: '1', counter: '18446744073709551615', timestampMs: 1767225600000 },
    });
    const headers = new Map(result.headers);
    const string = profileSString({
      ...request,
      body,
      keyId: keyId(bytes(key.spki)),
      epoch: 1n,
      counter: 18446744073709551615n,
      timestampMs: 1767225600000n,
    });
    const spki = createPublicKey({
      key: Buffer.from(bytes(key.spki)),
      format: 'der',
      type: 'spki',
    });
    const signature = bytes(headers.get('attestlab-signature') ?? '');
    expect(verify('sha256', utf8(string), spki, signature)).toBe(true);
    expect(headers.get('attestlab-counter')).toBe('18446744073709551615');
  });

  it('sign requests with profile R where they are on P-256', async () => {
    const { probe } = await claimed(PIXEL);
    const { result: key } = await probe.call('key.generate', { alias: 'a', ...EC_KEY });
    const request = { method: 'POST', authority: 'RP.example:443', target: '/v1/orders?x=1' };
    const contentType = 'application/json';
    const body = utf8('{"amount":10}');
    const args = {
      profile: 'r',
      ...{ alias: 'a', ...request, contentType, body: toBase64url(body) },
      ...{ epoch: '1', counter: '18446744073709551615', timestampMs: 1767225600999 },
    } as const;
    const { result } = await probe.call('request.sign', args);
    const headers = [['content-type', contentType] as const, ...result.headers];
    const { parsed } = parseSignedRequest({ ...request, headers, body });
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    const { signedText, signature, ...read } = parsed.value;
    expect(read).toMatchObject({
      ...{ profile: 'R', keyId: keyId(bytes(key.spki)), missingComponents: [] },
      ...{ epoch: 1n, counter: 18446744073709551615n, timestampMs: 1767225600000n },
    });
    const spki = loadPublicKey(bytes(key.spki));
    if (spki === null) throw new Error('the key does not load');
    const signed = { message: utf8(signedText), signature, encoding: 'ieee-p1363' } as const;
    expect(verifiesEs256(spki, signed)).toBe(true);

    await probe.call('key.generate', { alias: 'a', ...EC_KEY, algorithm: 'rsa-2048' });
    expect((await failure(probe.call('request.sign', args))).code).toBe('unsupported');
  });

  it('are all deleted by a reset, which keeps the owner', async () => {
    const { probe, stranger } = await claimed(PIXEL);
    await probe.call('key.generate', { alias: 'a', ...EC_KEY });
    await probe.call('key.generate', { alias: 'b', ...EC_KEY });
    expect((await probe.call('reset', {})).result.deletedAliases).toEqual(['a', 'b']);
    expect((await probe.call('key.delete', { alias: 'a' })).result.deleted).toBe(false);
    expect((await failure(stranger().hello())).code).toBe('secret_mismatch');
  });

  it('take only a certificate that certifies them', async () => {
    const { probe } = await claimed(PIXEL);
    const challenge = toBase64url(new Uint8Array(32));
    const one = await probe.call('key.generate', { alias: 'one', ...EC_KEY, challenge });
    await probe.call('key.generate', { alias: 'two', ...EC_KEY });
    const chain = one.result.attestationChain ?? [];
    expect((await probe.call('certificate.install', { alias: 'one', chain })).result).toEqual({});
    const refused = await failure(probe.call('certificate.install', { alias: 'two', chain }));
    expect(refused.code).toBe('certificate_mismatch');
  });
});

describe('keys of a virtual iPhone', () => {
  it('are on P-256 alone in the Secure Enclave', async () => {
    const { probe } = await claimed(IPHONE);
    const rsa = { alias: 'a', ...ENCLAVE_KEY, algorithm: 'rsa-2048' } as const;
    const refused = await failure(probe.call('key.generate', rsa));
    expect(refused.code).toBe('key_generation_failed');
    expect(refused.attempts).toEqual([
      expect.objectContaining({ level: 'secure-enclave', ok: false, rawCode: -50 }),
    ]);
  });

  it('outlive the app, but for those of App Attest', async () => {
    const lab = await claimed(IPHONE);
    const { result } = await lab.probe.call('appattest.generate', {});
    await lab.probe.call('key.generate', { alias: 'a', ...ENCLAVE_KEY });
    lab.phone.remove('org.attestlab.probe');
    lab.phone.install(encodeAppPackage(IOS_PROBE));
    const next = lab.stranger();
    await next.hello();
    expect((await next.call('key.sign', { alias: 'a', data: '' })).result.signature).not.toBe('');
    const attest = { keyId: result.keyId, clientDataHash: toBase64url(new Uint8Array(32)) };
    const refused = await failure(next.call('appattest.attest', attest));
    expect(refused).toMatchObject({ code: 'app_attest_failed', publicCode: 3 });
  });

  it('know no level of Android', async () => {
    const { probe } = await claimed(IPHONE);
    const refused = await failure(probe.call('key.generate', { alias: 'a', ...EC_KEY }));
    expect(refused.code).toBe('unsupported');
  });

  it('are attested once and assert from then on', async () => {
    const { probe } = await claimed(IPHONE);
    const { result } = await probe.call('appattest.generate', {});
    const args = { keyId: result.keyId, clientDataHash: toBase64url(new Uint8Array(32)) };
    expect((await failure(probe.call('appattest.assert', args))).publicCode).toBe(3);
    const attested = await probe.call('appattest.attest', args);
    expect(bytes(attested.result.attestationObject).length).toBeGreaterThan(1000);
    expect((await probe.call('appattest.assert', args)).result.assertion).not.toBe('');
  });
});

describe('App Attest on Android', () => {
  it('is unsupported', async () => {
    const { probe } = await claimed(PIXEL);
    expect((await failure(probe.call('appattest.generate', {}))).code).toBe('unsupported');
  });
});

describe('a phone that fails', () => {
  it('is lost, not refusing, where its probe dies', async () => {
    const { probe, phone } = await claimed(PIXEL, { screenTimeoutMs: 50 });
    phone.faults.switchOn('crash');
    await expect(probe.call('facts', {})).rejects.toMatchObject({ code: 'ERR_DEVICE_LOST' });
    phone.faults.switchOff('crash');
    expect((await probe.call('facts', {})).result.platform).toBe('android');
  });

  it('is lost where a command never ends, and then says that it is busy', async () => {
    const slow = { ...PIXEL, latencies: { tee: { generate: 60_000 } } };
    const lab = await start(slow, { commandTimeoutMs: 100 });
    await lab.probe.hello();
    lab.phone.network.send = () => new Promise(() => undefined);
    const sending = {
      ...{ url: 'https://rp.example/', method: 'GET', headers: [], body: '' },
      anchors: ['AAAA'],
    };
    await expect(lab.probe.call('request.send', sending)).rejects.toMatchObject({
      code: 'ERR_DEVICE_LOST',
    });
    expect((await failure(lab.probe.call('facts', {}))).code).toBe('busy');
  });

  it('lies only where a lab is composed to lie', async () => {
    const misreport: Misreport = ({ command, result }) =>
      command === 'key.generate' ? { ...result, level: 'strongbox' } : result;
    const { probe } = await claimed(PIXEL, { spoiling: { misreport } });
    const { result } = await probe.call('key.generate', { alias: 'a', ...EC_KEY });
    expect(result.level).toBe('strongbox');
    expect(result.attempts.at(-1)).toMatchObject({ level: 'tee', ok: true });
  });
});
