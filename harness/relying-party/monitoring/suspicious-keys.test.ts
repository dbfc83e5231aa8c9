import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskOf, suspiciousKeys, TrafficLog, type RequestPresented } from './index.js';

const START_MS = Date.parse('2026-03-01T09:00:00Z');
const NOW = new Date(START_MS + 3_600_000);

/** A request of a key, at a time in ms after the start. */
function request(keyId: string, atMs: number, changes: Partial<RequestPresented> = {}) {
  return {
    ...{ kind: 'request-presented', atMs: START_MS + atMs, keyId, registrationId: `of ${keyId}` },
    ...{ epoch: 1n, counter: BigInt(atMs), timestampMs: BigInt(START_MS + atMs), code: null },
    ...{ signed: true, address: null },
    ...changes,
  } as const satisfies RequestPresented;
}

/** A key that is replayed, one whose clock is off, and one against which there is nothing. */
function threeKeys(): TrafficLog {
  const log = new TrafficLog();
  for (let count = 0; count < 4; count++) {
    log.record(request('copied', 1, { atMs: START_MS + count, code: null }));
    log.record(request('copied', 2, { atMs: START_MS + count, counter: 1n, timestampMs: 9n }));
  }
  for (let count = 0; count < 5; count++) {
    log.record(request('late', count * 7_000, { timestampMs: BigInt(START_MS - 60_000) }));
  }
  log.record(request('plain', 60_000));
  return log;
}

describe('the most suspicious keys', () => {
  it('come in the order of what points at one adversary, each with its whole vector', async () => {
    const log = threeKeys();
    const { keys, known, examined, now } = await suspiciousKeys(log, NOW);
    expect([known, examined, now]).toEqual([3, 3, NOW.toISOString()]);
    expect(keys.map(({ keyId }) => keyId)).toEqual(['copied', 'late']);
    expect(keys[0]).toEqual(riskOf(log, 'copied', NOW));
    expect(Object.keys(keys[0]?.suspected ?? {})).toEqual(['replayer']);
    expect(keys[1]?.suspected).toEqual({});
  });

  it('are looked for among those heard of last, and say of how many', async () => {
    const { keys, known, examined } = await suspiciousKeys(threeKeys(), NOW, { examine: 2 });
    expect([known, examined, keys.map(({ keyId }) => keyId)]).toEqual([3, 2, ['late']]);
    const { keys: one } = await suspiciousKeys(threeKeys(), NOW, { list: 1 });
    expect(one.map(({ keyId }) => keyId)).toEqual(['copied']);
  });

  it('leave room for others between two keys', async () => {
    const order: string[] = [];
    const list = suspiciousKeys(threeKeys(), NOW).then(() => order.push('list'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('other');
    await list;
    expect(order).toEqual(['other', 'list']);
  });

  it('are none of those that were only ever refused', async () => {
    const log = new TrafficLog();
    log.record({
      ...{ kind: 'key-presented', atMs: START_MS, subject: 's', purpose: 'tls', latencyMs: 1 },
      ...{ registrationId: null, keyId: 'made up', code: 'evidence_missing', address: null },
    });
    expect(await suspiciousKeys(log, NOW)).toMatchObject({ known: 0, keys: [] });
    expect([log.knows('made up'), log.knows('another')]).toEqual([true, false]);
  });
});

describe('the memory of a log', () => {
  it('is bounded in all, whoever causes what', () => {
    const kinds = ['request', 'challenge', 'refused', 'registered', 'attested', 'metric'] as const;
    const events = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(30)), { maxLength: 400 });
    fc.assert(
      fc.property(events, (drawn) => {
        const log = new TrafficLog({ histories: 8, events: 6, total: 20 });
        drawn.forEach(([kind, of], atMs) => {
          const common = { atMs, keyId: `k${of}`, registrationId: `r${of}` };
          const asked = { subject: `s${of}`, purpose: 'tls', address: `a${of}` } as const;
          const presented = { kind: 'key-presented', latencyMs: 1, ...common, ...asked } as const;
          if (kind === 'request') log.record(request(`k${of}`, atMs, { address: `a${of % 3}` }));
          if (kind === 'challenge') log.record({ kind: 'challenge-issued', ...common, ...asked });
          if (kind === 'refused') log.record({ ...presented, code: 'no' });
          if (kind === 'registered') log.record({ ...presented, code: null });
          if (kind === 'attested')
            log.record({ kind: 'key-attested', ...common, level: 'tee', patchLevel: null });
          if (kind === 'metric')
            log.record({ kind: 'risk-metric-told', ...common, riskMetric: of });
          // Nine kinds of histories; the one that grew may hold one key's events alone.
          expect(log.size).toBeLessThanOrEqual(9 * 20);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is counted as it is', () => {
    const log = new TrafficLog({ events: 3, total: 5 });
    for (let count = 0; count < 4; count++) log.record(request('one', count));
    // Three requests, one of which is no first use: the key was never registered.
    expect(log.size).toBe(3);
    for (let count = 4; count < 7; count++) log.record(request('two', count));
    expect(log.requestsOf('one')).toEqual([]);
    expect(log.requestsOf('two')).toHaveLength(3);
    expect(log.size).toBe(3);
  });

  it('is never so small that it forgets what it has just heard', () => {
    const log = new TrafficLog({ events: 3, total: 1 });
    for (let count = 0; count < 4; count++) log.record(request('one', count));
    expect(log.requestsOf('one')).toHaveLength(3);
  });
});
