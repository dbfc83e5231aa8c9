import { describe, expect, it } from 'vitest';
import type { ScenarioExpectations } from '../expectation/expectation.js';
import type { Observation } from '../expectation/observation.js';
import { HarnessError } from '../errors.js';
import type { JournalEntry } from '../report/record.js';
import { Conductor, type Progress } from './conductor.js';

const job = (scenarioId: string, phoneAlias: string) =>
  ({ scenarioId, phoneAlias, floor: 'attestation', title: scenarioId, class: 'c' }) as const;
const plan = {
  jobs: [job('a/one', 'p'), job('a/two', 'p'), job('a/one', 'q')],
  unmatched: [],
  uncovered: [],
};
const refusal: ScenarioExpectations = {
  refusal: { kind: 'response', status: 403, code: 'no', failing: [], undetermined: [] },
};
const answer = (status: number, code: string | null): Observation => ({
  kind: 'response',
  status,
  code,
  checks: [],
});
const ready = { class: 'c', facts: {}, drift: [] };

/** A conductor whose phones have not said what they are yet. */
function conduct(expected: Readonly<Record<string, ScenarioExpectations>> = { c: refusal }) {
  const entries: JournalEntry[] = [];
  const progress: Progress[] = [];
  let nowMs = 0;
  const conductor = new Conductor({
    plan,
    expectationsFor: (className) => expected[className] ?? null,
    append: (entry) => entries.push(entry),
    keep: (entry) => entries.push(entry),
    nowMs: () => (nowMs += 10),
    onProgress: (one) => progress.push(one),
  });
  return { conductor, entries, progress };
}

/** A conductor whose first phone fits its class. */
function conductReady() {
  const conducted = conduct();
  conducted.conductor.phoneReady('p', ready);
  return conducted;
}

const words = (settled: readonly { readonly outcome: { readonly outcome: string } }[]) =>
  settled.map(({ outcome }) => outcome.outcome);

describe('a conductor', () => {
  it('journals the plan before anything else', () => {
    expect(conduct().entries).toEqual([{ type: 'plan', plan }]);
  });

  it('judges an observation at once and settles the job by it', () => {
    const { conductor } = conduct();
    conductor.phoneReady('p', ready);
    expect(conductor.scenarioStarted('p', 'a/one')).toBe(true);
    expect(conductor.observed('p', 'refusal', answer(403, 'no'))).toEqual({ outcome: 'met' });
    expect(conductor.scenarioFinished('p', null)).toEqual({ outcome: 'met' });
  });

  it('makes a story that leaves an expected observation out not run', () => {
    const { conductor } = conduct();
    conductor.phoneReady('p', ready);
    conductor.scenarioStarted('p', 'a/one');
    expect(conductor.scenarioFinished('p', null)).toMatchObject({
      outcome: 'not-run',
      reason: 'nothing was observed as "refusal"',
    });
  });

  it('makes an observation that nobody expects unmet', () => {
    const { conductor } = conductReady();
    conductor.scenarioStarted('p', 'a/one');
    expect(conductor.observed('p', 'other', answer(403, 'no')).outcome).toBe('unmet');
  });

  it('makes a story that broke inconclusive, whatever was met before', () => {
    const { conductor } = conductReady();
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(403, 'no'));
    const error = { code: 'ERR_DEVICE_LOST', message: 'gone' };
    expect(conductor.scenarioFinished('p', error)).toEqual({ outcome: 'inconclusive', error });
  });

  it('does not let a lost phone hide a wrong verdict that was seen before', () => {
    const { conductor } = conductReady();
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(201, null));
    const error = { code: 'ERR_DEVICE_LOST', message: 'gone' };
    expect(conductor.scenarioFinished('p', error)).toMatchObject({
      outcome: 'unmet',
      kind: 'falseAccept',
    });
  });

  it('does not run what is not in the plan', () => {
    const { conductor } = conduct();
    expect(conductor.scenarioStarted('q', 'a/two')).toBe(false);
    expect(conductor.scenarioStarted('p', 'a/three')).toBe(false);
  });

  it.each([
    ['start twice', (c: Conductor) => c.scenarioStarted('p', 'a/one')],
    ['observe one name twice', (c: Conductor) => c.observed('p', 'refusal', answer(403, 'no'))],
  ])('does not let a scenario %s', (_words, again) => {
    const { conductor } = conductReady();
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(403, 'no'));
    expect(() => again(conductor)).toThrow(HarnessError);
  });

  it('judges by the class that was measured, not by the declared one', () => {
    const { conductor } = conduct({
      c: refusal,
      d: { refusal: { kind: 'response', status: 201, code: null, failing: [], undetermined: [] } },
    });
    conductor.phoneReady('p', { ...ready, class: 'd' });
    conductor.scenarioStarted('p', 'a/one');
    expect(conductor.observed('p', 'refusal', answer(201, null))).toEqual({ outcome: 'met' });
  });

  it('judges no phone that fits no class: its jobs are not run, and the drift says why', () => {
    const { conductor, entries } = conduct();
    const drift = [{ fact: 'strongbox', declared: false, measured: true }];
    conductor.scenarioStarted('p', 'a/one');
    expect(conductor.phoneReady('p', { class: null, facts: {}, drift })).toBe(false);
    expect(() => conductor.observed('p', 'refusal', answer(403, 'no'))).toThrow(HarnessError);
    const why = {
      outcome: 'not-run',
      reason: 'fits no class (declared c: strongbox true, not false)',
    };
    expect(conductor.scenarioFinished('p', null)).toEqual(why);
    expect(conductor.scenarioStarted('p', 'a/two')).toBe(false);
    conductor.phoneReady('q', { class: null, facts: {}, drift });
    expect(conductor.settleAll(null).map(({ outcome }) => outcome)).toEqual([why, why, why]);
    expect(entries.filter(({ type }) => type === 'outcome')).toHaveLength(3);
  });

  it('judges no phone by a class that nothing is expected of', () => {
    const { conductor } = conduct();
    expect(conductor.phoneReady('p', { ...ready, class: 'other' })).toBe(true);
    expect(conductor.scenarioStarted('p', 'a/one')).toBe(false);
    expect(conductor.settleAll(null)[0]?.outcome).toEqual({
      outcome: 'not-run',
      reason: 'class other, as measured, has no expectation for it',
    });
  });

  it('judges nothing of a phone that has not said what it is', () => {
    const { conductor } = conduct();
    conductor.scenarioStarted('p', 'a/one');
    expect(() => conductor.observed('p', 'refusal', answer(403, 'no'))).toThrow(HarnessError);
    expect(conductor.scenarioFinished('p', null).outcome).toBe('not-run');
  });

  it('calls a planned job of a phone that answered, and that never ran, not-run', () => {
    const { conductor, entries } = conduct();
    conductor.phoneReady('p', ready);
    conductor.phoneReady('q', ready);
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(403, 'no'));
    conductor.scenarioFinished('p', null);
    expect(words(conductor.settleAll(null))).toEqual(['met', 'not-run', 'not-run']);
    expect(entries.filter((entry) => entry.type === 'outcome')).toHaveLength(3);
  });

  it('calls the jobs of a phone that never answered inconclusive', () => {
    const { conductor } = conduct();
    expect(words(conductor.settleAll(null))).toEqual(Array(3).fill('inconclusive'));
  });

  it('calls the open jobs of a lost phone inconclusive by what was lost', () => {
    const { conductor } = conduct();
    conductor.phoneReady('p', ready);
    conductor.phoneReady('q', ready);
    conductor.scenarioStarted('p', 'a/one');
    conductor.phoneLost('p', new HarnessError('ERR_DEVICE_LOST', 'cable'));
    const settled = conductor.settleAll(null);
    expect(words(settled)).toEqual(['inconclusive', 'inconclusive', 'not-run']);
    expect(settled[0]?.outcome).toMatchObject({ error: { code: 'ERR_DEVICE_LOST' } });
  });

  it('reports each step of a phone with what is done and what is planned', () => {
    const { conductor, progress } = conduct();
    conductor.phoneReady('p', ready);
    conductor.scenarioStarted('p', 'a/one');
    conductor.scenarioFinished('p', null);
    expect(
      progress.map(({ scenario, done, planned, unmet }) => [scenario, done, planned, unmet]),
    ).toEqual([
      [null, 0, 2, 0],
      ['a/one', 0, 2, 0],
      [null, 1, 2, 1],
    ]);
  });

  it('makes a job of which something could not be recorded inconclusive, whatever was met', () => {
    const { conductor, entries } = conductReady();
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(403, 'no'));
    const error = { code: 'ERR_FILE_UNWRITABLE', message: 'evidence/p/1: no room' };
    conductor.unrecorded('p', error);
    expect(conductor.scenarioFinished('p', null)).toEqual({ outcome: 'inconclusive', error });
    expect(entries).toContainEqual({ type: 'error', phone: 'p', scenario: 'a/one', ...error });
  });

  it('calls no job met whose outcome the journal does not take', () => {
    let isFull = false;
    const kept: JournalEntry[] = [];
    const conductor = new Conductor({
      plan,
      expectationsFor: () => refusal,
      append: () => {
        if (isFull) throw new HarnessError('ERR_FILE_UNWRITABLE', 'journal.jsonl: no room');
      },
      keep: (entry) => kept.push(entry),
      nowMs: () => 0,
      onProgress: () => undefined,
    });
    conductor.phoneReady('p', ready);
    conductor.scenarioStarted('p', 'a/one');
    conductor.observed('p', 'refusal', answer(403, 'no'));
    isFull = true;
    expect(conductor.scenarioFinished('p', null).outcome).toBe('inconclusive');
    expect(() => conductor.scenarioStarted('p', 'a/two')).toThrow('no room');
    expect(words(conductor.settleAll(null))).toEqual([
      'inconclusive',
      'inconclusive',
      'inconclusive',
    ]);
    expect(kept.map(({ type }) => type)).toEqual(['outcome', 'outcome', 'outcome']);
  });
});
