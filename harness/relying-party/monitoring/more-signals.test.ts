import { describe, expect, it } from 'vitest';
import {
  riskOf,
  signalsOf,
  SUSPICIONS,
  THRESHOLDS,
  TrafficLog,
  type AttestedLevel,
  type KeyPresented,
  type RequestPresented,
  type RiskMetricTold,
  type SignalId,
} from './index.js';

const START_MS = Date.parse('2026-03-01T09:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEY = 'key';

/** Requests at times in ms after the start, each changed as wanted. */
function logged(
  timesMs: readonly number[],
  change: (request: RequestPresented, index: number) => RequestPresented = (request) => request,
  log = new TrafficLog(),
): TrafficLog {
  timesMs.forEach((timeMs, index) => {
    const atMs = START_MS + Math.round(timeMs);
    const request: RequestPresented = {
      ...{ kind: 'request-presented', atMs, keyId: KEY, registrationId: 'r', epoch: 1n },
      ...{ counter: BigInt(index + 1), timestampMs: BigInt(atMs - 80), code: null, signed: true },
      address: '192.0.2.1',
    };
    log.record(change(request, index));
  });
  return log;
}

function measured(log: TrafficLog, id: SignalId, afterMs = 24 * HOUR_MS - 1) {
  const found = signalsOf(log, KEY, new Date(START_MS + afterMs)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no signal ${id}`);
  return found;
}

const every = (gapMs: number, count: number) =>
  Array.from({ length: count }, (_, index) => index * gapMs);

/** Times whose gaps take turns among these. */
function inTurn(gapsMs: readonly number[], count: number): readonly number[] {
  let atMs = 0;
  return Array.from({ length: count }, (_, index) => (atMs += gapsMs[index % gapsMs.length] ?? 0));
}

describe('the counters of a key', () => {
  it('tell who sends each request twice from who repeats one after a lost answer', () => {
    const copied = (each: number) => {
      let last: RequestPresented | null = null;
      return (request: RequestPresented, index: number): RequestPresented => {
        const isCopy = last !== null && index % each === 1;
        const sent = isCopy && last !== null ? { ...last, code: 'counter_replayed' } : request;
        last = request;
        return { ...sent, atMs: request.atMs };
      };
    };
    const twice = measured(logged(every(MINUTE_MS, 40), copied(2)), 'replay-share');
    expect(twice).toMatchObject({ value: 0.5, raised: true });
    const seldom = measured(logged(every(MINUTE_MS, 40), copied(20)), 'replay-share');
    expect(seldom).toMatchObject({ value: 0.05, raised: false });
  });

  it('count a replay which comes too late for any code of a replay', () => {
    const late = (request: RequestPresented, index: number) => {
      const captured = { counter: 20n, timestampMs: BigInt(START_MS + 19 * MINUTE_MS - 80) };
      return index < 20 ? request : { ...request, ...captured, code: 'timestamp_stale' };
    };
    expect(measured(logged(every(MINUTE_MS, 25), late), 'counter-replay')).toMatchObject({
      ...{ value: 5, raised: true },
    });
  });

  it('show who tries signatures, by the hour', () => {
    const forged = (gapMs: number) =>
      measured(
        logged(every(gapMs, 6), (request) => ({
          ...{ ...request, code: 'bad_signature', signed: false },
        })),
        'bad-signatures',
      );
    expect(forged(MINUTE_MS)).toMatchObject({ value: 6, raised: true });
    expect(forged(HOUR_MS)).toMatchObject({ value: 1, raised: false });
  });
});

describe('the clock of a key', () => {
  const behind = (offsets: (index: number) => number) =>
    measured(
      logged(every(MINUTE_MS, 40), (request, index) => ({
        ...request,
        timestampMs: request.timestampMs - BigInt(offsets(index)),
      })),
      'clock-step',
    );

  it('shows a step, which a second phone behind the key makes', () => {
    expect(behind((index) => (index < 20 ? 0 : 20_000))).toMatchObject({
      ...{ value: 20_000, raised: true },
    });
  });

  it('shows none where single messages lay in a queue', () => {
    expect(behind((index) => (index % 10 === 0 ? 60_000 : 0))).toMatchObject({
      ...{ value: 0, raised: false },
    });
  });
});

describe('the pauses of a key', () => {
  it('are of few octaves where a schedule rests for the night', () => {
    const day = every(5 * MINUTE_MS, 60);
    const log = logged([...day, ...day.map((timeMs) => timeMs + 15 * HOUR_MS)]);
    expect(measured(log, 'interval-regularity').raised).toBe(false);
    expect(measured(log, 'interval-entropy').raised).toBe(true);
  });

  it('depend on each other where a script takes turns', () => {
    const turns = measured(logged(inTurn([5_000, 90_000], 40)), 'interval-memory');
    expect(turns.value).toBeLessThan(-0.9);
    expect(turns.raised).toBe(true);
    const mixed = inTurn([5_000, 90_000, 70_000, 20_000, 9_000, 60_000, 8_000], 40);
    expect(measured(logged(mixed), 'interval-memory').raised).toBe(false);
  });

  it('come evenly from a schedule, and in visits from a person', () => {
    const even = measured(logged(every(5 * MINUTE_MS, 60)), 'burstiness');
    expect(even.value).toBeLessThan(0.1);
    expect(even.raised).toBe(true);
    const visits = every(2 * HOUR_MS, 4).flatMap((startMs) =>
      every(20_000, 10).map((timeMs) => startMs + timeMs),
    );
    expect(measured(logged(visits), 'burstiness')).toMatchObject({ raised: false });
    expect(measured(logged(every(MINUTE_MS, 60)), 'burstiness').status).toBe('insufficient');
  });

  it('hold a night, unless nobody sleeps', () => {
    const awake = measured(logged(every(HOUR_MS, 24)), 'rest');
    expect(awake).toMatchObject({ value: 1, raised: true });
    const asleep = every(HOUR_MS / 2, 46).filter(
      (timeMs) => timeMs < 10 * HOUR_MS || timeMs > 16 * HOUR_MS,
    );
    expect(measured(logged(asleep), 'rest')).toMatchObject({ value: 7, raised: false });
    expect(measured(logged(every(HOUR_MS / 2, 30)), 'rest').status).toBe('insufficient');
  });
});

describe('the rate of a key', () => {
  it('is more than anybody keeps up for ten minutes', () => {
    expect(measured(logged(every(3_000, 200)), 'sustained-rate')).toMatchObject({
      ...{ value: 20, raised: true },
    });
    expect(measured(logged(every(10_000, 100)), 'sustained-rate').raised).toBe(false);
  });

  it.each([
    ['strongbox', 60, true],
    ['strongbox', 100, false],
    ['tee', 60, false],
    ['tee', 2, true],
    ['secure-enclave', 2, true],
  ] as const)('is held against what %s makes: one in %i ms', (level, gapMs, isRaised) => {
    const found = measured(attested(level, every(gapMs, 30)), 'signing-rate');
    expect(found).toMatchObject({ status: 'measured', raised: isRaised });
  });

  it('has no ceiling where software signs or no level was attested', () => {
    expect(measured(attested('software', every(1, 30)), 'signing-rate').status).toBe(
      'insufficient',
    );
    expect(measured(logged(every(1, 30)), 'signing-rate').status).toBe('insufficient');
  });

  it('is not that of a signature which is sent again and again', () => {
    const log = attested('strongbox', every(5, 60), (request, index) => ({
      ...{ ...request, counter: BigInt(Math.floor(index / 30)) },
      timestampMs: BigInt(START_MS + Math.floor(index / 30)),
    }));
    expect(measured(log, 'signing-rate').samples).toBe(2);
  });

  function attested(
    level: AttestedLevel,
    timesMs: readonly number[],
    change?: Parameters<typeof logged>[1],
  ): TrafficLog {
    const log = logged(timesMs, change);
    const event = {
      kind: 'key-attested',
      keyId: KEY,
      registrationId: 'r',
      patchLevel: null,
    } as const;
    log.record({ ...event, atMs: START_MS, level });
    return log;
  }
});

describe('the places of a key', () => {
  it('take turns where two hold it', () => {
    const between = (each: number) =>
      measured(
        logged(every(MINUTE_MS, 40), (request, index) => ({
          ...request,
          address: `192.0.2.${Math.floor(index / each) % 2}`,
        })),
        'address-returns',
      );
    expect(between(2)).toMatchObject({ value: 18, raised: true });
    expect(between(10)).toMatchObject({ value: 2, raised: false });
  });

  it('are shared with many keys at a farm, whose cadence is one', () => {
    const farm = (gapOf: (phone: number) => number, signed = true) => {
      const log = new TrafficLog();
      for (let phone = 0; phone < 15; phone += 1) {
        const keyId = phone === 0 ? KEY : `key-${phone}`;
        logged(every(gapOf(phone), 15), (one) => ({ ...one, keyId, signed }), log);
      }
      return log;
    };
    const same = farm((phone) => 60_000 + 10 * phone);
    expect(measured(same, 'keys-at-address')).toMatchObject({ value: 15, raised: true });
    expect(measured(same, 'shared-cadence')).toMatchObject({ value: 14, raised: true });
    const own = farm((phone) => 60_000 + 10_000 * phone);
    expect(measured(own, 'shared-cadence')).toMatchObject({ value: 0, raised: false });
    // Who merely names keys makes no crowd.
    expect(
      measured(
        farm(() => 60_000, false),
        'keys-at-address',
      ).status,
    ).toBe('insufficient');
  });
});

describe('the issuance of a key', () => {
  const presented: Omit<KeyPresented, 'atMs'> = {
    ...{ kind: 'key-presented', subject: 'phone', purpose: 'sign', registrationId: 'r' },
    ...{ keyId: KEY, code: null, latencyMs: 400, address: null },
  };

  it('is followed by use, unless the key is from a stock', () => {
    const used = (timeMs: number) => {
      const log = new TrafficLog();
      log.record({ ...presented, atMs: START_MS });
      return logged([timeMs], undefined, log);
    };
    const found = measured(used(HOUR_MS), 'first-use', 40 * HOUR_MS);
    expect(found).toMatchObject({ value: 1, raised: false });
    expect(measured(used(30 * HOUR_MS), 'first-use', 40 * HOUR_MS).value).toBe(30);
    const unused = measured(used(90 * HOUR_MS), 'first-use', 40 * HOUR_MS);
    expect(unused).toMatchObject({ value: 40, raised: true });
    expect(unused.explanation).toContain('not used for 40.0 hours');
  });

  it('is remembered with its first use, however much the key is used', () => {
    const log = new TrafficLog({ events: 5 });
    log.record({ ...presented, atMs: START_MS });
    logged(every(HOUR_MS, 40), undefined, log);
    expect(log.requestsOf(KEY)).toHaveLength(5);
    expect(measured(log, 'first-use', 41 * HOUR_MS)).toMatchObject({
      value: 0,
      status: 'measured',
    });
    expect(log.registeredOf(KEY)).toHaveLength(1);
    // Who was never registered has no first use that says anything.
    logged([0], (one) => ({ ...one, keyId: 'app attest' }), log);
    expect(log.firstUseOf('app attest')).toBeNull();
  });

  it('comes in a storm where somebody enrols in series', () => {
    const log = new TrafficLog();
    for (const timeMs of every(MINUTE_MS, 12)) {
      log.record({
        ...presented,
        atMs: START_MS + timeMs,
        code: timeMs === 0 ? null : 'key_reuse',
      });
    }
    expect(measured(log, 'enrolment-attempts')).toMatchObject({ value: 12, raised: true });
  });

  it('never goes back in its patches, also over the turn of a year', () => {
    const months = (...levels: readonly (number | null)[]) => {
      const log = new TrafficLog();
      log.record({ ...presented, atMs: START_MS });
      levels.forEach((patchLevel, index) => {
        const event = { kind: 'key-attested', keyId: `${index}`, registrationId: 'r' } as const;
        log.record({ ...event, atMs: START_MS + index, level: 'tee', patchLevel });
      });
      return measured(log, 'patch-regression');
    };
    expect(months(202512, 202601)).toMatchObject({ value: 0, raised: false });
    expect(months(202602, null, 202511)).toMatchObject({ value: 3, raised: true });
    expect(months(202602)).toMatchObject({ status: 'insufficient' });
  });
});

describe('the risk vector of a key', () => {
  it('names whom its raised signals point at, and adds nothing up', () => {
    const risk = riskOf(logged(every(MINUTE_MS, 40)), KEY, new Date(START_MS + HOUR_MS));
    expect(risk.suspected).toEqual({ bot: ['interval-regularity', 'interval-entropy'] });
    expect(risk.signals.map(({ id }) => id)).toEqual(Object.keys(THRESHOLDS));
    expect(risk.now).toBe('2026-03-01T10:00:00.000Z');
    expect(Object.keys(SUSPICIONS).sort()).toEqual(Object.keys(THRESHOLDS).sort());
  });
});

describe('the risk metric of App Attest', () => {
  const told = (riskMetric: number, atMs: number): RiskMetricTold => ({
    ...{ kind: 'risk-metric-told', atMs: START_MS + atMs, keyId: 'app-attest' },
    ...{ registrationId: 'r', riskMetric },
  });

  it('counts for every key of the registration, by the newest receipt', () => {
    const log = logged([0]);
    expect(measured(log, 'device-keys')).toMatchObject({ status: 'insufficient', samples: 0 });
    log.record(told(5, 1_000));
    expect(measured(log, 'device-keys')).toMatchObject({ value: 5, samples: 1, raised: false });
    log.record(told(6, 2_000));
    expect(measured(log, 'device-keys')).toMatchObject({ value: 6, samples: 2, raised: true });
    expect(measured(log, 'device-keys').explanation).toMatch(/^some 6 keys of the app .*Apple/);
    expect(riskOf(log, KEY, new Date(START_MS + HOUR_MS)).suspected.farm).toEqual(['device-keys']);
  });

  it('does not count before it was told, nor for another registration', () => {
    const log = logged([0]);
    log.record(told(40, HOUR_MS));
    expect(measured(log, 'device-keys', MINUTE_MS).value).toBeNull();
    log.record({ ...told(90, 0), registrationId: 'another' });
    expect(measured(log, 'device-keys', 2 * HOUR_MS).value).toBe(40);
  });
});
