import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  signalsOf,
  THRESHOLDS,
  TrafficLog,
  type KeyPresented,
  type RequestPresented,
  type Signal,
  type SignalId,
} from './index.js';

const START_MS = Date.parse('2026-03-01T09:00:00Z');
const MINUTE_MS = 60_000;
const KEY = 'key';

const REQUEST: RequestPresented = {
  ...{ kind: 'request-presented', atMs: START_MS, keyId: KEY, registrationId: 'r', epoch: 1n },
  ...{ counter: 1n, timestampMs: BigInt(START_MS), code: null, signed: true },
  address: '192.0.2.1',
};

interface Session {
  /** Gaps between requests, in ms. */
  readonly gapsMs: readonly number[];
  /** What the phone's clock shows at a time; the true one where it is left out. */
  readonly clock?: (atMs: number) => number;
  readonly change?: (request: RequestPresented, index: number) => RequestPresented | null;
}

function logged({ gapsMs, clock = (atMs) => atMs, change = (request) => request }: Session) {
  const log = new TrafficLog();
  let atMs = START_MS;
  gapsMs.forEach((gapMs, index) => {
    atMs += Math.round(gapMs);
    const stated = BigInt(Math.round(clock(atMs)) - 80);
    const counter = BigInt(index + 1);
    const event = change({ ...REQUEST, atMs, counter, timestampMs: stated }, index);
    if (event !== null) log.record(event);
  });
  return { log, now: new Date(atMs + 1_000) };
}

function signals(session: Session): readonly Signal[] {
  const { log, now } = logged(session);
  return signalsOf(log, KEY, now);
}

function signal(from: readonly Signal[], id: SignalId): Signal {
  const found = from.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no signal ${id}`);
  return found;
}

const raised = (from: readonly Signal[]) => from.filter((one) => one.raised).map(({ id }) => id);

/** Gaps as people leave them: log-normal, from fixed quantiles in a mixed order. */
function humanGaps(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const uniform = (((index * 7 + 3) % count) + 0.5) / count;
    return 20_000 * Math.exp(1.1 * normalQuantile(uniform));
  });
}

// Logistic approximation: 1.702 times the logit is within 0.02 of it where it matters here.
function normalQuantile(probability: number): number {
  return Math.log(probability / (1 - probability)) / 1.702;
}

const constant = (count: number, gapMs: number) => Array.from({ length: count }, () => gapMs);

describe('signals of a key', () => {
  it('raise nothing for a person', () => {
    const found = signals({ gapsMs: humanGaps(40) });
    expect(raised(found)).toEqual([]);
    expect(signal(found, 'interval-regularity').value).toBeGreaterThan(0.7);
    expect(signal(found, 'clock-offset')).toMatchObject({ value: 80, status: 'measured' });
    expect(signal(found, 'counter-gap')).toMatchObject({ value: 0, status: 'measured' });
  });

  it('know a timer by its regularity, jitter or not', () => {
    const known = ['interval-regularity', 'interval-entropy'];
    expect(raised(signals({ gapsMs: constant(40, 5_000) }))).toEqual(known);
    const jittered = constant(40, 5_000).map((gapMs, index) => gapMs + ((index * 157) % 400));
    expect(raised(signals({ gapsMs: jittered }))).toEqual(known);
  });

  it('know a key that is used faster than any person uses an app', () => {
    const found = signals({ gapsMs: humanGaps(200).map((gapMs) => gapMs / 200) });
    expect(raised(found)).toContain('rate');
  });

  it('know who sends a captured request again and again', () => {
    let captured = REQUEST;
    const replayed = (request: RequestPresented, index: number) => {
      if (index === 19) captured = request;
      return index < 20 ? request : { ...captured, atMs: request.atMs, code: 'counter_replayed' };
    };
    const found = signals({ gapsMs: humanGaps(24), change: replayed });
    expect(signal(found, 'counter-replay')).toMatchObject({ value: 4, raised: true });
    expect(signal(found, 'clock-offset').raised).toBe(false);
  });

  it('forgive a request that is repeated once after its answer was lost', () => {
    let lost = REQUEST;
    const repeated = (request: RequestPresented, index: number) => {
      if (index === 11) lost = request;
      return index === 12 ? { ...lost, atMs: request.atMs, code: 'counter_replayed' } : request;
    };
    expect(raised(signals({ gapsMs: humanGaps(24), change: repeated }))).toEqual([]);
  });

  it('tell a restored backup from a message that was overtaken', () => {
    const back = (depth: bigint) => (request: RequestPresented, index: number) =>
      index === 23 ? { ...request, counter: 23n - depth, code: 'counter_rollback' } : request;
    const overtaken = signals({ gapsMs: humanGaps(24), change: back(2n) });
    expect(signal(overtaken, 'counter-rollback')).toMatchObject({ value: 2, raised: false });
    const restored = signals({ gapsMs: humanGaps(24), change: back(20n) });
    expect(signal(restored, 'counter-rollback')).toMatchObject({ value: 20, raised: true });
    expect(signal(restored, 'counter-reuse')).toMatchObject({ value: 1, raised: true });
  });

  it('tell messages that were held back from one that was lost', () => {
    const lost = signals({
      gapsMs: humanGaps(30),
      change: (request, index) => (index === 14 ? null : request),
    });
    expect(signal(lost, 'counter-gap').value).toBeCloseTo(1 / 30);
    expect(raised(lost)).toEqual([]);
    const held = signals({
      gapsMs: humanGaps(30),
      change: (request, index) => (index % 3 === 1 ? null : request),
    });
    expect(raised(held)).toEqual(['counter-gap']);
  });

  it('count no gap between two epochs', () => {
    const change = (request: RequestPresented, index: number) =>
      index < 15 ? request : { ...request, epoch: 2n, counter: request.counter + 1_000n };
    expect(raised(signals({ gapsMs: humanGaps(30), change }))).toEqual([]);
  });

  it('know a clock that drifts, and by how much', () => {
    const msPerHour = 3_600;
    const clock = (atMs: number) => atMs - ((atMs - START_MS) * msPerHour) / (60 * MINUTE_MS);
    const found = signals({ gapsMs: humanGaps(40), clock });
    expect(raised(found)).toEqual(['clock-drift']);
    expect(signal(found, 'clock-drift').value).toBeCloseTo(msPerHour, -1);
  });

  it('know a clock that is wrong but steady, ahead or behind', () => {
    for (const off of [-25_000, 25_000]) {
      const found = signals({ gapsMs: humanGaps(40), clock: (atMs) => atMs + off });
      expect(raised(found)).toEqual(['clock-offset']);
      expect(signal(found, 'clock-offset').value).toBe(80 - off);
    }
  });

  it('see no drift in a few minutes, where it would be jitter', () => {
    const found = signals({ gapsMs: humanGaps(20).map((gapMs) => gapMs / 20) });
    expect(signal(found, 'clock-drift').status).toBe('insufficient');
  });

  it('know a key that is used from many places within an hour', () => {
    const from = (places: number) => (request: RequestPresented, index: number) => ({
      ...request,
      address: `192.0.2.${Math.floor((index * places) / 30)}`,
    });
    const gapsMs = humanGaps(30).map((gapMs) => gapMs / 2);
    expect(raised(signals({ gapsMs, change: from(2) }))).toEqual([]);
    expect(raised(signals({ gapsMs, change: from(5) }))).toEqual(['addresses']);
  });

  it('know who probes in a key’s name, and do not take his word for the key’s', () => {
    const found = signals({
      gapsMs: humanGaps(40),
      change: (request, index) =>
        index % 2 === 0
          ? request
          : {
              ...request,
              ...{ counter: 10_000n, timestampMs: 0n, code: 'bad_signature', signed: false },
              address: `203.0.113.${index}`,
            },
    });
    // Every second counter is the forger's, who spends none: the key's own look held back here.
    expect(raised(found)).toEqual(['counter-gap', 'bad-signatures', 'refusals']);
  });
});

describe('signals of an enrolment', () => {
  const presented: Omit<KeyPresented, 'atMs' | 'latencyMs'> = {
    ...{ kind: 'key-presented', subject: 'phone', purpose: 'sign', registrationId: 'r' },
    ...{ keyId: KEY, code: null, address: null },
  };
  const hours = (count: number) => new Date(START_MS + count * 60 * MINUTE_MS);

  it('know evidence that lay ready when its challenge came', () => {
    const at = (latencyMs: number) => {
      const log = new TrafficLog();
      log.record({ ...presented, atMs: START_MS, latencyMs });
      return signal(signalsOf(log, KEY, hours(1)), 'enrolment-latency');
    };
    expect(at(400)).toMatchObject({ value: 400, raised: false });
    expect(at(3)).toMatchObject({ value: 3, raised: true });
  });

  it('know how old the evidence is, and that a renewal is new evidence', () => {
    const log = new TrafficLog();
    log.record({ ...presented, atMs: START_MS, latencyMs: 400 });
    const age = () => signal(signalsOf(log, KEY, hours(72)), 'attestation-age');
    expect(age()).toMatchObject({ value: 72, raised: true });
    const renewal = { ...presented, keyId: 'tls key', purpose: 'tls' } as const;
    log.record({ ...renewal, atMs: hours(60).getTime(), latencyMs: 400 });
    expect(age()).toMatchObject({ value: 12, raised: false });
  });

  it('know who stores challenges', () => {
    const log = new TrafficLog();
    log.record({ ...presented, atMs: START_MS, latencyMs: 400 });
    for (let count = 0; count < 13; count++) {
      log.record({
        ...{ kind: 'challenge-issued', atMs: START_MS + count, subject: 'phone' },
        ...{ purpose: 'tls', registrationId: null, address: null },
      });
    }
    const found = signal(signalsOf(log, KEY, hours(1)), 'challenges-unused');
    expect(found).toMatchObject({ value: 12, raised: true });
  });

  it('count refused attempts with a key', () => {
    const log = new TrafficLog();
    for (let count = 0; count < 5; count++) {
      log.record({ ...presented, atMs: START_MS, latencyMs: 400, code: 'evidence_revoked' });
    }
    const found = signal(signalsOf(log, KEY, hours(1)), 'refusals');
    expect(found).toMatchObject({ value: 1, raised: true });
  });
});

describe('a signal', () => {
  it('is insufficient and never raised below its minimum of samples', () => {
    for (const one of signals({ gapsMs: constant(4, 100) })) {
      if (one.samples >= THRESHOLDS[one.id].minimumSamples) continue;
      expect(one).toMatchObject({ status: 'insufficient', value: null, raised: false });
      expect(one.explanation).toMatch(/^too little to tell/);
    }
    const nothing = signalsOf(new TrafficLog(), KEY, new Date(START_MS));
    expect(nothing.map(({ status }) => status)).toEqual(nothing.map(() => 'insufficient'));
  });

  it('looks back a day and not ahead', () => {
    const { log } = logged({ gapsMs: constant(40, 5_000) });
    for (const now of [START_MS, START_MS + 30 * 60 * MINUTE_MS]) {
      const found = signalsOf(log, KEY, new Date(now));
      expect(signal(found, 'interval-regularity').samples).toBe(0);
    }
  });

  it('says why its threshold is where it is', () => {
    const found = signals({ gapsMs: constant(40, 5_000) });
    expect(found.map(({ id }) => id)).toEqual(Object.keys(THRESHOLDS));
    for (const one of found.filter(({ status }) => status === 'measured')) {
      expect(one.explanation).toContain(THRESHOLDS[one.id].reason);
    }
  });

  it('is a number whatever a log holds', () => {
    const request = fc.record({
      atMs: fc.integer({ min: START_MS, max: START_MS + 3_600_000 }),
      counter: fc.bigInt(0n, 2n ** 64n - 1n),
      epoch: fc.bigInt(0n, 3n),
      timestampMs: fc.bigInt(0n, 2n ** 64n - 1n),
      code: fc.constantFrom(null, 'counter_replayed', 'counter_rollback', 'bad_signature'),
      signed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (events) => {
        const log = new TrafficLog();
        for (const event of events) log.record({ ...REQUEST, ...event });
        for (const { value, raised: isRaised } of signalsOf(log, KEY, new Date(START_MS + 7e6))) {
          if (value === null) expect(isRaised).toBe(false);
          else expect(Number.isFinite(value)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a traffic log', () => {
  it('is bounded, by key and by events of each', () => {
    const log = new TrafficLog({ histories: 2, events: 3 });
    for (let count = 0; count < 5; count++) log.record({ ...REQUEST, atMs: count });
    expect(log.requestsOf(KEY).map(({ atMs }) => atMs)).toEqual([2, 3, 4]);
    log.record({ ...REQUEST, keyId: 'second' });
    log.record({ ...REQUEST, atMs: 5 });
    log.record({ ...REQUEST, keyId: 'third' });
    expect(log.requestsOf('second')).toEqual([]);
    expect(log.requestsOf(KEY)).toHaveLength(3);
  });

  it('loses no traffic of phones to a flood of refused keys', () => {
    const log = new TrafficLog({ histories: 2 });
    log.record(REQUEST);
    for (let count = 0; count < 50; count++) {
      log.record({
        ...{ kind: 'key-presented', atMs: count, subject: `s${count}`, purpose: 'tls' },
        ...{ registrationId: null, keyId: `k${count}`, code: 'evidence_missing' },
        ...{ latencyMs: 1, address: null },
      });
    }
    expect(log.requestsOf(KEY)).toHaveLength(1);
  });
});
