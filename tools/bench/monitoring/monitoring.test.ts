import { describe, expect, it } from 'vitest';
import { riskOf, type Risk } from '../../../harness/relying-party/monitoring/index.js';
import { drawsOf } from './draws.js';
import { eventsOf, type Enrolled, type Message } from './key-traffic.js';
import { DAY_START_MS } from './phone.js';
import { KINDS, logOf, populationOf } from './population.js';
import { confusion, judged, scoreOf, type Judged } from './score.js';
import { NOT_EVALUATED, thresholdsDigest } from './thresholds-digest.js';
import { EVALUATED_THRESHOLDS, EVALUATION, TUNING, type TrafficSet } from './traffic-sets.js';

const ONE_OF_EACH = KINDS.map((kind) => ({ ...kind, groups: 1, keysOf: () => 2 }));

function seedsUsedBy(set: TrafficSet): readonly number[] {
  const seeds: number[] = [];
  populationOf(set, {
    kinds: ONE_OF_EACH,
    open(seed) {
      seeds.push(seed);
      return drawsOf(seed);
    },
  });
  return seeds;
}

const atMsOf = ({ atMs }: { readonly atMs: number }): number => atMs;

describe('the evaluation set', () => {
  it('draws from no seed of the tuning set', () => {
    const tuning = new Set(seedsUsedBy(TUNING));
    const evaluation = seedsUsedBy(EVALUATION);
    expect([...tuning]).toEqual(TUNING.seeds);
    expect(evaluation).toEqual(EVALUATION.seeds);
    expect(evaluation.filter((seed) => tuning.has(seed))).toEqual([]);
  });

  it('has other ranges than the tuning set, each of them', () => {
    const names = Object.keys(TUNING.ranges) as readonly (keyof typeof TUNING.ranges)[];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(EVALUATION.ranges[name]).not.toEqual(TUNING.ranges[name]);
  });

  it('was first looked at with the thresholds as they are', () => {
    expect(thresholdsDigest()).toBe(EVALUATED_THRESHOLDS);
  });
});

describe('synthetic traffic', () => {
  it('measures none of the signals that are said not to be evaluated', () => {
    const population = populationOf({ ...TUNING, seeds: [1] }, { kinds: ONE_OF_EACH });
    const log = logOf(population);
    const end = new Date(Math.max(...population.flatMap(({ events }) => events.map(atMsOf))));
    const measured = new Set(
      population.flatMap(({ keyId }) =>
        riskOf(log, keyId, end).signals.flatMap(({ id, status }) =>
          status === 'measured' ? [id] : [],
        ),
      ),
    );
    expect(measured.size).toBeGreaterThan(20);
    expect(NOT_EVALUATED.filter((id) => measured.has(id))).toEqual([]);
  });

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) =>
      populationOf({ ...TUNING, seeds: [seed] }, { kinds: ONE_OF_EACH }).map(
        ({ events }) => events,
      );
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('has every kind, labelled', () => {
    const population = populationOf({ ...TUNING, seeds: [1] }, { kinds: ONE_OF_EACH });
    expect(new Set(population.map(({ kind }) => kind)).size).toBe(KINDS.length);
    expect(new Set(population.map(({ label }) => label))).toEqual(
      new Set(['human', 'bot', 'farm', 'replayer']),
    );
    expect(new Set(population.map(({ keyId }) => keyId)).size).toBe(population.length);
  });

  it('is refused as the relying party refuses', () => {
    const key: Enrolled = {
      ...{ keyId: 'k', level: 'tee', registeredMs: 0, renewedMs: 0, latencyMs: 900 },
      address: 'home',
    };
    const at = (counter: number, afterMs: number, lateMs = 0): Message => {
      const statedMs = DAY_START_MS + afterMs;
      return { counter, statedMs, arrivesMs: statedMs + lateMs, address: 'home' };
    };
    const codes = eventsOf(key, [
      at(1, 0),
      at(1, 1_000),
      at(5, 2_000),
      at(4, 3_000),
      at(6, 4_000, 300_000),
      at(6, 60_000, -40_000),
      { ...at(9, 5_000), isForged: true },
      at(6, 6_000),
    ]).flatMap((event) => (event.kind === 'request-presented' ? [event.code] : []));
    expect(codes).toEqual([
      ...[null, 'counter_replayed', null, 'counter_rollback', 'bad_signature', null],
      ...['timestamp_future', 'timestamp_stale'],
    ]);
  });
});

describe('a score', () => {
  const key = (label: Judged['label'], ...suspected: (keyof Risk['suspected'])[]): Judged => ({
    ...{ label, kind: 'any' },
    risk: {
      ...{ keyId: 'k', now: '', signals: [] },
      suspected: Object.fromEntries(suspected.map((one) => [one, ['rate']])),
    },
  });
  const keys = [
    key('human'),
    key('human', 'bot'),
    key('bot', 'bot'),
    key('bot', 'bot', 'farm'),
    key('bot'),
    key('farm', 'bot'),
  ];

  it('counts whom signals find, miss and accuse', () => {
    expect(scoreOf(keys, 'bot')).toEqual({
      ...{ adversary: 'bot', truePositives: 2, falsePositives: 2, falselyAccused: 1 },
      ...{ falseNegatives: 1, trueNegatives: 1, precision: 0.5, recall: 2 / 3 },
    });
    expect(scoreOf(keys, 'replayer')).toMatchObject({ precision: null, recall: null });
    expect(confusion(keys, 'bot')).toEqual({
      ...{ label: 'bot', keys: 3, bot: 2, farm: 1, replayer: 0, nobody: 1 },
    });
  });

  it('finds a timer and a rack on the tuning set, and accuses no person who is in order', () => {
    const seen = ['person', 'timer with jitter', 'rack behind one address'];
    const kinds = KINDS.filter(({ name }) => seen.includes(name)).map((kind) => ({
      ...{ ...kind, groups: Math.min(kind.groups, 5) },
    }));
    const found = judged(populationOf({ ...TUNING, seeds: [11] }, { kinds }));
    expect(scoreOf(found, 'bot').recall).toBe(1);
    expect(scoreOf(found, 'farm')).toMatchObject({ recall: 1, falsePositives: 0 });
    expect(confusion(found, 'human')).toMatchObject({ keys: 5, nobody: 5 });
  });
});
