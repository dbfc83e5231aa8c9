import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { keyId, type ProfileSInput } from '../../evidence/formats/index.js';
import { parseSignedRequest, profileSHeaders } from '../../evidence/signed-request/index.js';
import type { CounterMemory } from '../expected.js';
import { failing } from '../result.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { signedRequest } from './index.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const now = new Date('2026-03-01T12:00:00Z');
const LAST = 2n ** 64n - 1n;

/** The checks that fail of a request with a counter, after `lastCounter`. */
function failed(counter: bigint, lastCounter: bigint | null, counters: CounterMemory) {
  const input: ProfileSInput = {
    ...{ method: 'POST', authority: 'api.example.test', target: '/v1/orders' },
    ...{ keyId: keyId(spki), epoch: 1n, counter, timestampMs: BigInt(now.getTime()) },
    ...{ contentType: '', body: utf8('{}') },
  };
  const headers = profileSHeaders(
    input,
    (data) => new Uint8Array(sign('sha256', data, privateKey)),
  );
  const { method, authority, target, body } = input;
  const result = signedRequest.run({
    evidence: parseSignedRequest({ method, authority, target, body, headers }),
    expected: { key: { keyId: keyId(spki), spki, epoch: 1n, lastCounter, counters } },
    policy: testPolicy({ signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 } }),
    ...{ trust: emptyTrust, now, memo: null },
  });
  return failing(result);
}

const REPLAYED = ['signed-request/counter-not-replayed'];
const ROLLED_BACK = ['signed-request/counter-not-rolled-back'];

describe('counters within a window', () => {
  // Of 93 to 100, those but 95 and 98 were accepted.
  const four = { mode: 'window', size: 8, accepted: 0b1101_1011n } as const;

  it.each([
    [101n, []],
    [LAST, []],
    [98n, []],
    [95n, []],
    [100n, REPLAYED],
    [99n, REPLAYED],
    [93n, REPLAYED],
    [92n, ROLLED_BACK],
    [0n, ROLLED_BACK],
  ] as const)('after 100 let %i in, or fail it: %j', (counter, ids) => {
    expect(failed(counter, 100n, four)).toEqual(ids);
  });

  it('let the first one in whatever it is, and never the last one again', () => {
    expect(failed(0n, null, four)).toEqual([]);
    expect(failed(LAST, null, four)).toEqual([]);
    expect(failed(100n, 100n, { ...four, accepted: 0n })).toEqual(REPLAYED);
  });

  it('go below zero for nobody', () => {
    const young = { mode: 'window', size: 64, accepted: 1n } as const;
    expect(failed(0n, 3n, young)).toEqual([]);
    expect(failed(3n, 3n, young)).toEqual(REPLAYED);
  });

  it('of 64 reach as far as 64 do, and no further', () => {
    const wide = { mode: 'window', size: 64, accepted: 1n } as const;
    expect(failed(1000n - 63n, 1000n, wide)).toEqual([]);
    expect(failed(1000n - 64n, 1000n, wide)).toEqual(ROLLED_BACK);
    expect(failed(LAST - 63n, LAST, wide)).toEqual([]);
  });
});

describe('counters that are nonces', () => {
  it.each([0n, 41n, LAST])('let %i in once, whatever came before', (counter) => {
    expect(failed(counter, 42n, { mode: 'nonce', wasAccepted: false })).toEqual([]);
    expect(failed(counter, 42n, { mode: 'nonce', wasAccepted: true })).toEqual(REPLAYED);
    expect(failed(counter, null, { mode: 'nonce', wasAccepted: true })).toEqual(REPLAYED);
  });
});
