import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64url, toBase64url, utf8 } from '../encoding/bytes.js';
import { PROFILE_S_HEADERS, type ProfileSInput } from '../evidence/formats/index.js';
import {
  CLOCK_OFFSET_HEADER,
  orderReplySchema,
  readAnswer,
  type TransportRequest,
} from './index.js';
import {
  enrolled,
  refusalOf,
  withSigningKey,
  type EnrolledTestPhone,
} from './testing/enrolled-phone.js';
import { startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, signedRequest, softwareKey, type TestKey } from './testing/test-phone.js';

let lab: TestLab;
let phone: EnrolledTestPhone;
let key: TestKey;
let counter = 0n;

beforeAll(async () => {
  lab = await startTestLab();
  phone = await enrolled(lab, androidPhone(lab.vendors));
  key = (await withSigningKey(lab, phone)).key;
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

function order(changes: Partial<ProfileSInput> = {}, path = '/v1/orders'): TransportRequest {
  counter += 1n;
  return signedRequest(key, `${lab.party.apiUrl}${path}`, { counter, ...changes });
}

async function send(request: TransportRequest, from = phone) {
  const response = await lab.transport(from.identity)(request);
  return { ...refusalOf(readAnswer(response, z.unknown())), response };
}

function bodyOf({ body }: { readonly body: Uint8Array }): unknown {
  return JSON.parse(new TextDecoder().decode(body));
}

const ACCEPTED = { code: null, status: 200, failed: [] };

describe('a signed request', () => {
  it('is accepted once', async () => {
    const request = order();
    const { response, ...first } = await send(request);
    expect(first).toEqual(ACCEPTED);
    expect(readAnswer(response, orderReplySchema)).toMatchObject({
      value: { keyId: key.keyId, counter: counter.toString(), epoch: '1' },
    });
    expect(await send(request)).toMatchObject({
      code: 'counter_replayed',
      status: 403,
      failed: ['signed-request/counter-not-replayed'],
    });
  });

  it('that is sent again is told from another one with its counter', async () => {
    const request = order();
    const { response } = await send(request);
    const { orderId } = z.looseObject({ orderId: z.string() }).parse(bodyOf(response));
    const again = await send(request);
    expect(again).toMatchObject({ code: 'counter_replayed', status: 403 });
    expect(bodyOf(again.response)).toMatchObject({ repeats: { orderId } });
    const otherwise = await send(order({ counter, body: utf8('{"amount":2}') }));
    expect(otherwise).toMatchObject({ code: 'counter_replayed' });
    expect(bodyOf(otherwise.response)).not.toHaveProperty('repeats');
  });

  it('that is sent again with its body changed is told nothing', async () => {
    const request = order();
    await send(request);
    const forged = await send({ ...request, body: utf8('{"amount":2}') });
    expect(forged.code).toBe('bad_signature');
    expect(bodyOf(forged.response)).not.toHaveProperty('repeats');
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('is accepted with %s', async (method) => {
    expect(await send(order({ method }))).toMatchObject(ACCEPTED);
  });

  it('is accepted with any bytes, of any media type, or none', async () => {
    const body = Uint8Array.of(0, 0xff, 0x0a, 0x0d);
    const octets = order({ body, contentType: 'application/octet-stream' });
    expect(await send(octets)).toMatchObject(ACCEPTED);
    const none = order({ method: 'GET', body: new Uint8Array(), contentType: '' });
    expect(await send(none)).toMatchObject(ACCEPTED);
    const untyped = order({ method: 'GET', body, contentType: '' });
    expect(await send(untyped)).toMatchObject(ACCEPTED);
    expect(await send(order({}, '/v1/orders/a%2Fb?x=1&x=%32'))).toMatchObject(ACCEPTED);
  });

  it('is judged by its bytes and not by what they mean as JSON', async () => {
    const sent = utf8('{"a":1.0,"b":12345678901234567890,"a":2}');
    expect(await send(order({ body: sent }))).toMatchObject(ACCEPTED);
    const reserialised = utf8('{"a":2,"b":12345678901234567000}');
    const answer = await send({ ...order({ body: sent }), body: reserialised });
    expect(answer).toMatchObject({ code: 'bad_signature', status: 403 });
  });

  it('is refused with bad_signature for a tampered body, also of a GET', async () => {
    const tampered = { ...order(), body: utf8('{"amount":9.0}') };
    expect(await send(tampered)).toMatchObject({ code: 'bad_signature' });
    const get = order({ method: 'GET', body: new Uint8Array() });
    expect(await send({ ...get, body: utf8('smuggled') })).toMatchObject({ code: 'bad_signature' });
  });

  it('is refused with bad_signature on another path, query or method', async () => {
    const { apiUrl } = lab.party;
    const url = `${apiUrl}/v1/orders/other`;
    expect(await send({ ...order(), url })).toMatchObject({ code: 'bad_signature' });
    const query = `${apiUrl}/v1/orders?x=1`;
    expect(await send({ ...order(), url: query })).toMatchObject({ code: 'bad_signature' });
    expect(await send({ ...order(), method: 'PUT' })).toMatchObject({ code: 'bad_signature' });
  });

  it('is refused with bad_signature at another authority, and turned away at an unknown one', async () => {
    const url = lab.party.apiUrl.replace('localhost', '127.0.0.1') + '/v1/orders';
    expect(await send({ ...order(), url })).toMatchObject({ code: 'bad_signature' });
    const request = order({ authority: 'other.example.test' });
    const headers = [...request.headers, ['host', 'other.example.test'] as const];
    expect(await send({ ...request, headers })).toMatchObject({
      code: 'authority_unknown',
      status: 421,
    });
  });

  it('is refused with timestamp_stale when it is old, and told how far the clock is off', async () => {
    const stale = BigInt(Date.now() - 121_000);
    const { response, ...answer } = await send(order({ timestampMs: stale }));
    expect(answer).toEqual({
      code: 'timestamp_stale',
      status: 403,
      failed: ['signed-request/timestamp-not-stale'],
    });
    const offsetMs = Number(response.headers[CLOCK_OFFSET_HEADER]);
    expect(offsetMs).toBeGreaterThanOrEqual(121_000);
    expect(offsetMs).toBeLessThan(126_000);
    expect(Date.parse(response.headers['date'] ?? '')).toBeGreaterThan(Date.now() - 5_000);
  });

  it.each([
    ['timestamp_stale', -300_000],
    ['timestamp_future', 300_000],
  ])('is refused with %s, and accepted once the clock is corrected by it', async (code, off) => {
    const wrongClock = () => Date.now() + off;
    const sent = order({ timestampMs: BigInt(wrongClock()) });
    const refusal = readAnswer(await lab.transport(phone.identity)(sent), z.unknown());
    if (refusal.outcome === 'accepted') throw new Error('a wrong clock was accepted');
    const { problem } = refusal;
    expect(problem).toMatchObject({ code, nowMs: expect.any(Number) as number });
    expect(Math.abs((problem.clockOffsetMs ?? 0) + off)).toBeLessThan(10_000);
    const timestampMs = BigInt(wrongClock() + (problem.clockOffsetMs ?? 0));
    expect(await send(order({ timestampMs }))).toMatchObject(ACCEPTED);
  });

  it('is told no offset for a time that is no clock’s, nor for another refusal', async () => {
    const problemOf = async (request: TransportRequest) => {
      const answer = readAnswer(await lab.transport(phone.identity)(request), z.unknown());
      return answer.outcome === 'refused' ? answer.problem : null;
    };
    const absurd = await problemOf(order({ timestampMs: 2n ** 64n - 1n }));
    expect(absurd).toMatchObject({ code: 'timestamp_future' });
    expect(absurd?.clockOffsetMs).toBeUndefined();
    const tampered = await problemOf({ ...order(), body: utf8('tampered') });
    expect(tampered).toMatchObject({ code: 'bad_signature' });
    expect(tampered?.nowMs).toBeUndefined();
  });

  it('is refused with timestamp_future when its clock runs ahead', async () => {
    const ahead = BigInt(Date.now() + 40_000);
    expect(await send(order({ timestampMs: ahead }))).toMatchObject({
      code: 'timestamp_future',
      failed: ['signed-request/timestamp-not-ahead'],
    });
  });

  it('is refused with counter_rollback below the last counter', async () => {
    expect(await send(order())).toMatchObject(ACCEPTED);
    const rolledBack = order({ counter: counter - 1n });
    expect(await send(rolledBack)).toMatchObject({
      code: 'counter_rollback',
      failed: ['signed-request/counter-not-rolled-back'],
    });
  });

  it('does not spend its counter when it is refused', async () => {
    const good = order();
    expect(await send({ ...good, body: utf8('tampered') })).toMatchObject({
      code: 'bad_signature',
    });
    expect(await send(good)).toMatchObject(ACCEPTED);
  });

  it('is refused with epoch_mismatch in an epoch that is not current', async () => {
    expect(await send(order({ epoch: 2n }))).toMatchObject({ code: 'epoch_mismatch' });
  });

  it('is refused with unknown_key for a key that nobody registered', async () => {
    const url = `${lab.party.apiUrl}/v1/orders`;
    const stranger = signedRequest(softwareKey(), url, { counter: 1n });
    expect(await send(stranger)).toMatchObject({ code: 'unknown_key' });
  });

  it('is refused with key_binding_mismatch over the connection of another registration', async () => {
    const other = await enrolled(lab, androidPhone(lab.vendors));
    expect(await send(order(), other)).toMatchObject({
      code: 'key_binding_mismatch',
      failed: ['signed-request/key-bound-to-connection'],
    });
    await withSigningKey(lab, other);
    expect(await send(order(), other)).toMatchObject({ code: 'key_binding_mismatch' });
  });

  it('is refused with malformed without its headers, or with one of them twice', async () => {
    const bare = { ...order(), headers: [] };
    expect(await send(bare)).toMatchObject({ code: 'malformed' });
    const request = order();
    const twice = [...request.headers, [PROFILE_S_HEADERS.counter, '7'] as const];
    expect(await send({ ...request, headers: twice })).toMatchObject({ code: 'malformed' });
  });

  it('is refused with encoding_not_allowed for a signature in another encoding', async () => {
    const request = order();
    const headers = request.headers.map(([name, value]) => {
      if (name !== PROFILE_S_HEADERS.signature) return [name, value] as const;
      const bytes = fromBase64url(value) ?? new Uint8Array();
      return [name, toBase64url(Uint8Array.from([...bytes, 0]))] as const;
    });
    expect(await send({ ...request, headers })).toMatchObject({ code: 'encoding_not_allowed' });
  });

  it('counts past 2^53 without losing a step', async () => {
    const own = await withSigningKey(lab, phone);
    const epoch = BigInt(own.registered.epoch);
    const at = (step: bigint) =>
      signedRequest(own.key, `${lab.party.apiUrl}/v1/orders`, { epoch, counter: 2n ** 53n + step });
    expect(await send(at(0n))).toMatchObject(ACCEPTED);
    expect(await send(at(1n))).toMatchObject(ACCEPTED);
    expect(await send(at(1n))).toMatchObject({ code: 'counter_replayed' });
    key = own.key;
    counter = 2n ** 53n + 1n;
  });
});

describe('one counter', () => {
  it('is accepted once among a hundred requests at the same time', async () => {
    const own = await startTestLab();
    const device = await enrolled(own, androidPhone(own.vendors));
    const signing = await withSigningKey(own, device);
    const url = `${own.party.apiUrl}/v1/orders`;
    const transport = own.transport(device.identity);
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        // Each has a body of its own: none is a repetition of the same request.
        const body = utf8(`{"attempt":${index}}`);
        const response = await transport(signedRequest(signing.key, url, { counter: 1n, body }));
        return refusalOf(readAnswer(response, z.unknown())).code;
      }),
    );
    expect(answers.filter((code) => code === null)).toHaveLength(1);
    expect(answers.filter((code) => code === 'counter_replayed')).toHaveLength(99);
    await own.party.close();
  });
});
