import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { stepTo } from './keep-counters.js';
import type { CounterMode } from './index.js';
import { enrolled, withSigningKey } from './testing/enrolled-phone.js';
import { startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, iPhone, signedRequest } from './testing/test-phone.js';

let lab: TestLab | null = null;

afterEach(async () => {
  expect(lab?.faults ?? []).toEqual([]);
  await lab?.party.close();
  lab = null;
});

/** A phone that signs at a relying party of a mode; answers codes, or null for what was accepted. */
async function signing(counterMode: CounterMode) {
  const started = await startTestLab({ counterMode });
  lab = started;
  const phone = await enrolled(started, androidPhone(started.vendors));
  const { key } = await withSigningKey(started, phone);
  const transport = started.transport(phone.identity);
  return async (counter: bigint, aheadMs = 0): Promise<string | null> => {
    const url = `${started.party.apiUrl}/v1/orders`;
    const timestampMs = BigInt(Date.now() + aheadMs);
    const { status, body } = await transport(signedRequest(key, url, { counter, timestampMs }));
    if (status === 200) return null;
    return (JSON.parse(Buffer.from(body).toString()) as { code: string }).code;
  };
}

async function inTurn(send: (counter: bigint) => Promise<string | null>, counters: bigint[]) {
  const codes: (string | null)[] = [];
  for (const counter of counters) codes.push(await send(counter));
  return codes;
}

describe('counters of requests', () => {
  it('in a window come in any order, each once, and not from below it', async () => {
    const send = await signing({ window: 4 });
    expect(await inTurn(send, [10n, 13n, 11n, 11n, 10n, 9n, 12n, 200n, 197n, 196n])).toEqual([
      ...[null, null, null, 'counter_replayed', 'counter_replayed', 'counter_rollback', null],
      ...[null, null, 'counter_rollback'],
    ]);
  });

  it('in a window are each accepted once among parallel requests', async () => {
    const send = await signing({ window: 64 });
    const counters = Array.from({ length: 40 }, (_, index) => BigInt(1 + (index % 20)));
    const codes = await Promise.all(counters.map((counter) => send(counter)));
    expect(codes.filter((code) => code === null)).toHaveLength(20);
    expect(codes.filter((code) => code === 'counter_replayed')).toHaveLength(20);
  });

  it('as nonces have no order and come once, also in parallel', async () => {
    const send = await signing('nonce');
    const last = 2n ** 64n - 1n;
    expect(await inTurn(send, [last, 5n, last, 0n, 5n])).toEqual([
      ...[null, null, 'counter_replayed', null, 'counter_replayed'],
    ]);
    const codes = await Promise.all(Array.from({ length: 20 }, () => send(77n)));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
  });

  it('as nonces are forgotten once their timestamps hold no more', async () => {
    const send = await signing('nonce');
    const started = lab;
    if (started === null) throw new Error('no relying party');
    await send(5n);
    const keyIds = started.exchanges.flatMap(({ keyId }) => keyId ?? []);
    const nonce = { keyId: keyIds.at(-1) ?? '', epoch: 1n, nonce: 5n };
    expect(await started.store.wasNonceUsed(nonce)).toBe(true);
    const laterMs = 10 * 60_000;
    started.advanceClock(laterMs);
    expect(await send(5n)).toBe('timestamp_stale');
    expect(await send(6n, laterMs)).toBeNull();
    expect(await started.store.wasNonceUsed(nonce)).toBe(false);
    expect(await started.store.wasNonceUsed({ ...nonce, nonce: 6n })).toBe(true);
  });

  it('are strict for App Attest keys in every mode', async () => {
    const started = await startTestLab({ counterMode: 'nonce' });
    lab = started;
    const phone = iPhone(started.vendors);
    const { identity } = await enrolled(started, phone);
    const transport = started.transport(identity);
    const url = `${started.party.apiUrl}/v1/orders`;
    const statuses: number[] = [];
    for (const counter of [5n, 4n, 6n]) {
      statuses.push((await transport(await phone.assertedRequest(url, { counter }))).status);
    }
    expect(statuses).toEqual([200, 403, 200]);
  });

  it.each([0, 65, 1.5])('take no window of %d', async (window) => {
    await expect(startTestLab({ counterMode: { window } })).rejects.toThrow(/a window of/);
  });
});

describe('the bits of a window', () => {
  it('say of the 64 counters up to the last one which were accepted', () => {
    const near = fc.bigInt({ min: 0n, max: 150n });
    fc.assert(
      fc.property(fc.array(near, { minLength: 1, maxLength: 80 }), (counters) => {
        const seen = new Set<bigint>();
        let state: { lastCounter: bigint | null; accepted: bigint } = {
          ...{ lastCounter: null, accepted: 2n ** 64n - 1n },
        };
        for (const counter of counters) {
          const { lastCounter } = state;
          if (lastCounter !== null && lastCounter - counter >= 64n) continue;
          seen.add(counter);
          const { last, accepted } = stepTo(counter, state);
          state = { lastCounter: last, accepted };
          for (let below = 0n; below < 64n; below += 1n) {
            expect(((accepted >> below) & 1n) === 1n).toBe(seen.has(last - below));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are 64 whatever the distance', () => {
    const state = { lastCounter: 0n, accepted: 2n ** 64n - 1n };
    expect(stepTo(2n ** 64n - 1n, state)).toEqual({ last: 2n ** 64n - 1n, accepted: 1n });
    expect(stepTo(63n, state)).toEqual({ last: 63n, accepted: (1n << 63n) | 1n });
  });
});
