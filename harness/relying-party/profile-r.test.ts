import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { utf8 } from '../encoding/bytes.js';
import { profileRHeaders, profileRSignature } from '../evidence/signed-request/index.js';
import { readAnswer, type TransportRequest } from './index.js';
import {
  enrolled,
  refusalOf,
  withSigningKey,
  type EnrolledTestPhone,
} from './testing/enrolled-phone.js';
import { startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, signedRequest, type TestKey } from './testing/test-phone.js';

const DAY_MS = 24 * 60 * 60_000;

let lab: TestLab;
let phone: EnrolledTestPhone;
let key: TestKey;

beforeAll(async () => {
  lab = await startTestLab();
  phone = await enrolled(lab, androidPhone(lab.vendors));
  key = (await withSigningKey(lab, phone)).key;
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

/** A request of profile R; `algorithm` is what it says of itself. */
function request(
  counter: bigint,
  changes: { readonly timestampMs?: bigint; readonly algorithm?: string } = {},
): TransportRequest {
  const url = `${lab.party.apiUrl}/v1/orders?dry=1`;
  const input = {
    ...{ method: 'POST', authority: new URL(url).host, target: '/v1/orders?dry=1' },
    ...{ keyId: key.keyId, epoch: 1n, counter, contentType: 'application/json' },
    ...{ timestampMs: changes.timestampMs ?? BigInt(Date.now()), body: utf8('{"amount":1.0}') },
  };
  const { parameters } = profileRSignature(input);
  const alg = changes.algorithm ?? 'ecdsa-p256-sha256';
  const signer = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const headers = profileRHeaders(input, (data) => new Uint8Array(sign('sha256', data, signer)), {
    parameters: new Map([...parameters, ['alg', alg]]),
  });
  const { method, body, contentType } = input;
  return { method, url, body, headers: [...headers, ['content-type', contentType]] };
}

async function send(sent: TransportRequest) {
  const response = await lab.transport(phone.identity)(sent);
  return refusalOf(readAnswer(response, z.unknown()));
}

const ACCEPTED = { code: null, status: 200, failed: [] };

describe('a request that is signed with RFC 9421', () => {
  it('is accepted once over real TLS, and by one counter with those of profile S', async () => {
    const first = request(1n);
    expect(await send(first)).toEqual(ACCEPTED);
    expect((await send(first)).code).toBe('counter_replayed');
    const url = `${lab.party.apiUrl}/v1/orders`;
    expect((await send(signedRequest(key, url, { counter: 1n }))).code).toBe('counter_replayed');
    expect(await send(signedRequest(key, url, { counter: 2n }))).toEqual(ACCEPTED);
    expect(await send(request(3n))).toEqual(ACCEPTED);
    expect((await send(request(2n))).code).toBe('counter_rollback');
  });

  it('is accepted once among many at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(request(10n))));
    expect(answers.filter(({ code }) => code === null)).toHaveLength(1);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, 'counter_replayed']));
  });

  it.each(['rsa-pss-sha512', 'hmac-sha256', 'ed25519'])('is refused for %s', async (algorithm) => {
    expect((await send(request(100n, { algorithm }))).code).toBe('alg_not_allowed');
  });

  it('is refused where it does not cover what the profile wants', async () => {
    const sent = request(101n);
    const headers = sent.headers.map(([name, value]) =>
      name === 'signature-input'
        ? ([name, value.replace(' "@path"', '')] as const)
        : ([name, value] as const),
    );
    expect((await send({ ...sent, headers })).code).toBe('component_missing');
  });

  it('is refused with another body, and with a clock that is a day off', async () => {
    expect((await send({ ...request(102n), body: utf8('{"amount":9.0}') })).code).toBe(
      'digest_mismatch',
    );
    const timestampMs = BigInt(Date.now() - DAY_MS);
    expect((await send(request(103n, { timestampMs }))).code).toBe('timestamp_stale');
  });
});
