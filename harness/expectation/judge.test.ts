import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import type { CheckResult } from '../verifier/result.js';
import { expectationSchema, scenarioExpectationsSchema } from './expectation.js';
import { concludeJob, judge, unexpectedObservation } from './judge.js';
import type { Observation, ObservationOf } from './observation.js';
import { combineOutcomes, inconclusive, notRun, type Outcome } from './outcome.js';

const wellFormed: CheckResult = { id: 'android-key/well-formed', status: 'passed' };
const challengeFailed: CheckResult = {
  id: 'android-key/challenge-matches',
  status: 'failed',
  expected: 'aa',
  actual: 'bb',
};
const challengePassed: CheckResult = { id: 'android-key/challenge-matches', status: 'passed' };

function appraisal(
  changes: Partial<ObservationOf<'appraisal'>['result']> = {},
): ObservationOf<'appraisal'> {
  return {
    kind: 'appraisal',
    result: {
      format: 'android-key',
      verdict: 'accepted',
      checks: [wellFormed, challengePassed],
      claims: { securityLevel: 'TRUSTED_ENVIRONMENT', rootOfTrust: { deviceLocked: true } },
      policyId: 'lab',
      now: '2026-11-23T22:00:00.000Z',
      verifierVersion: '0.1.0',
      ...changes,
    },
  };
}

const rejection = appraisal({ verdict: 'rejected', checks: [wellFormed, challengeFailed] });
const expectRejection = { kind: 'appraisal', verdict: 'rejected', failing: [challengeFailed.id] };

function against(observation: Observation, expectation: object): Outcome {
  return judge(observation, expectationSchema.parse(expectation));
}

function paths(outcome: Outcome): readonly string[] {
  return outcome.outcome === 'unmet' ? outcome.differences.map(({ path }) => path) : [];
}

describe('judge on an appraisal', () => {
  it('is met by an expected acceptance', () => {
    const outcome = against(appraisal(), { kind: 'appraisal', verdict: 'accepted' });
    expect(outcome).toEqual({ outcome: 'met' });
  });

  it('is met by a refusal for exactly the named checks', () => {
    expect(against(rejection, expectRejection)).toEqual({ outcome: 'met' });
  });

  it('calls an acceptance where a refusal is due a false accept, with the check that slept', () => {
    expect(against(appraisal(), expectRejection)).toEqual({
      outcome: 'unmet',
      kind: 'falseAccept',
      differences: [
        { path: 'verdict', check: null, expected: 'rejected', actual: 'accepted' },
        {
          path: 'checks.android-key/challenge-matches',
          check: 'android-key/challenge-matches',
          expected: 'failed',
          actual: 'passed',
        },
      ],
    });
  });

  it('calls a refusal where an acceptance is due a false reject, with both sides of the check', () => {
    const outcome = against(rejection, { kind: 'appraisal', verdict: 'accepted' });
    expect(outcome).toMatchObject({
      outcome: 'unmet',
      kind: 'falseReject',
      differences: [
        { path: 'verdict' },
        { expected: 'not failed', actual: 'failed (expected aa, actual bb)' },
      ],
    });
  });

  it('is unmet by the right refusal for another reason', () => {
    const outcome = against(rejection, { ...expectRejection, failing: [wellFormed.id] });
    expect(outcome).toMatchObject({ kind: 'other' });
    expect(paths(outcome)).toEqual([`checks.${wellFormed.id}`, `checks.${challengeFailed.id}`]);
  });

  it('is unmet by a refusal that also fails a check more than was named', () => {
    const malformed: CheckResult = { ...challengeFailed, id: 'android-key/well-formed' };
    const both = appraisal({ verdict: 'rejected', checks: [malformed, challengeFailed] });
    expect(paths(against(both, expectRejection))).toEqual([`checks.${malformed.id}`]);
  });

  it('tells a check that is not listed from one that passed', () => {
    const silent = appraisal({ verdict: 'rejected', checks: [] });
    expect(against(silent, expectRejection)).toMatchObject({
      differences: [{ actual: 'not listed' }],
    });
  });

  it.each(['undetermined', 'not-applicable'] as const)(
    'is unmet by a check that turned %s unannounced',
    (status) => {
      const open = appraisal({
        checks: [wellFormed, { id: challengePassed.id, status, reason: 'no challenge given' }],
      });
      const outcome = against(open, { kind: 'appraisal', verdict: 'accepted' });
      expect(paths(outcome)).toEqual([`checks.${challengePassed.id}`]);
      const key = status === 'undetermined' ? 'undetermined' : 'notApplicable';
      const announced = { kind: 'appraisal', verdict: 'accepted', [key]: [challengePassed.id] };
      expect(against(open, announced)).toEqual({ outcome: 'met' });
    },
  );

  it('compares claims by name and by dotted path', () => {
    const claims = { securityLevel: 'TRUSTED_ENVIRONMENT', 'rootOfTrust.deviceLocked': true };
    const expectation = { kind: 'appraisal', verdict: 'accepted', claims };
    expect(against(appraisal(), expectation)).toEqual({ outcome: 'met' });
    const strongBox = { ...expectation, claims: { securityLevel: 'STRONG_BOX' } };
    expect(against(appraisal(), strongBox)).toMatchObject({
      differences: [
        {
          path: 'claims.securityLevel',
          expected: 'STRONG_BOX',
          actual: 'TRUSTED_ENVIRONMENT',
        },
      ],
    });
  });

  it.each([
    ['an absent claim', { missing: null }],
    ['a path through a claim that is no object', { 'securityLevel.deep': 'x' }],
    ['an inherited name', { 'rootOfTrust.constructor': null }],
    ['a number where a string is due', { 'rootOfTrust.deviceLocked': 'true' }],
  ])('is unmet by %s', (_, claims) => {
    const outcome = against(appraisal(), { kind: 'appraisal', verdict: 'accepted', claims });
    expect(outcome.outcome).toBe('unmet');
  });

  it('compares claims that are objects whatever the order of their members', () => {
    const shown = appraisal({ claims: { version: { major: 1, minor: [2, 3] } } });
    const claims = { version: { minor: [2, 3], major: 1 } };
    const outcome = against(shown, { kind: 'appraisal', verdict: 'accepted', claims });
    expect(outcome).toEqual({ outcome: 'met' });
  });
});

describe('judge on the other kinds', () => {
  const refusal: Observation = {
    kind: 'response',
    status: 403,
    code: 'challenge_mismatch',
    checks: [challengeFailed],
  };
  const expectRefusal = {
    kind: 'response',
    status: 403,
    code: 'challenge_mismatch',
    failing: [challengeFailed.id],
  };

  it('is met by the expected refusal of a service', () => {
    expect(against(refusal, expectRefusal)).toEqual({ outcome: 'met' });
  });

  it('calls an answer where a refusal is due a false accept', () => {
    const answer: Observation = { kind: 'response', status: 200, code: null, checks: [] };
    const outcome = against(answer, expectRefusal);
    expect(outcome).toMatchObject({ outcome: 'unmet', kind: 'falseAccept' });
    expect(paths(outcome)).toEqual(['status', 'code', `checks.${challengeFailed.id}`]);
  });

  it('is unmet by a refusal with another code', () => {
    const other: Observation = { ...refusal, code: 'evidence_malformed' };
    expect(against(other, expectRefusal)).toMatchObject({ kind: 'other' });
  });

  const fallen: Observation = {
    kind: 'ladder',
    level: 'tee',
    attempts: [
      {
        level: 'strongbox',
        outcome: 'refused',
        exception: 'android.security.keystore.StrongBoxUnavailableException',
        publicCode: 12,
        rawCode: -68,
        ms: 3,
      },
      { level: 'tee', outcome: 'obtained', ms: 40 },
    ],
  };
  const expectFall = {
    kind: 'ladder',
    level: 'tee',
    attempts: [
      { level: 'strongbox', outcome: 'refused', publicCode: 12, rawCode: -68 },
      { level: 'tee', outcome: 'obtained' },
    ],
  };

  it('is met by a ladder that falls as written', () => {
    expect(against(fallen, expectFall)).toEqual({ outcome: 'met' });
  });

  it.each([
    ['another code', { ...fallen.attempts[0], rawCode: -67 }, 'attempts[0].rawCode'],
    ['no code at all', { level: 'strongbox', outcome: 'refused', ms: 1 }, 'attempts[0].publicCode'],
  ])('is unmet by a rung that refuses with %s', (_, first, path) => {
    const observed = { ...fallen, attempts: [first, fallen.attempts[1]] } as Observation;
    expect(paths(against(observed, expectFall))).toContain(path);
  });

  it('is unmet by a rung too few and by a rung too many', () => {
    const [first, second] = fallen.attempts;
    if (first === undefined || second === undefined) throw new Error('two rungs');
    const few = against({ ...fallen, attempts: [first] }, expectFall);
    const many = against({ ...fallen, attempts: [first, second, second] }, expectFall);
    expect([paths(few), paths(many)]).toEqual([['attempts[1]'], ['attempts[2]']]);
  });

  it('calls a key where none may be obtained a false accept', () => {
    const attempts = [{ level: 'secure-enclave', outcome: 'refused' }];
    const outcome = against(fallen, { kind: 'ladder', level: null, attempts });
    expect(outcome).toMatchObject({ kind: 'falseAccept' });
  });

  const stopped: Observation = {
    kind: 'wire',
    outcome: 'failed',
    phase: 'handshake',
    applicationBytesSent: 0,
    applicationBytesReceived: 0,
  };
  const expectStop = {
    kind: 'wire',
    outcome: 'failed',
    phase: 'handshake',
    applicationBytesSent: 'none',
    applicationBytesReceived: 'none',
  };

  it('is met by a connection that stops before one application byte', () => {
    expect(against(stopped, expectStop)).toEqual({ outcome: 'met' });
  });

  it('is unmet by one application byte', () => {
    const outcome = against({ ...stopped, applicationBytesSent: 1 }, expectStop);
    expect(paths(outcome)).toEqual(['applicationBytesSent']);
  });

  it('calls an export of a hardware key a false accept', () => {
    const expectation = {
      kind: 'operation',
      operation: 'key.export',
      outcome: 'refused',
      code: 'key_not_exportable',
    };
    const done: Observation = {
      kind: 'operation',
      operation: 'key.export',
      outcome: 'done',
      code: null,
    };
    expect(against(done, expectation)).toMatchObject({ kind: 'falseAccept' });
    const refused: Observation = { ...done, outcome: 'refused', code: 'key_not_exportable' };
    expect(against(refused, expectation)).toEqual({ outcome: 'met' });
  });

  it('holds a measurement to its budget, the budget itself included', () => {
    const expectation = { kind: 'measurement', operation: 'sign', level: 'tee', budgetMs: 80 };
    const at = (ms: number): Outcome =>
      against({ kind: 'measurement', operation: 'sign', level: 'tee', ms }, expectation);
    expect([at(80).outcome, paths(at(80.5))]).toEqual(['met', ['ms']]);
  });

  it('is unmet by an observation of another kind, whatever the kind', () => {
    const expectations = [expectRejection, expectRefusal, expectFall, expectStop];
    const observations = [rejection, refusal, fallen, stopped];
    for (const [row, expectation] of expectations.entries()) {
      for (const [column, observation] of observations.entries()) {
        const outcome = against(observation, expectation);
        expect(paths(outcome)).toEqual(row === column ? [] : ['kind']);
      }
    }
  });

  it('gives a floor that is defeated as written its own word', () => {
    const bypass = 'the hook of this flavour answers for the pin check';
    const read = { ...expectStop, outcome: 'answered', phase: 'application', bypass };
    const seen = against({ ...stopped, outcome: 'answered', phase: 'application' }, read);
    expect(seen).toEqual({ outcome: 'bypassed-as-expected', reason: bypass });
    expect(against(stopped, read).outcome).toBe('unmet');
  });
});

describe('expectationSchema', () => {
  it.each([
    ['a misspelt check id', { ...expectRejection, failing: ['android-key/challange-matches'] }],
    ['an unknown key', { ...expectRejection, fails: [] }],
    ['a check that is named twice', { ...expectRejection, failing: Array(2).fill(wellFormed.id) }],
    ['a kind that does not exist', { kind: 'anything' }],
    ['a ladder without rungs', { kind: 'ladder', level: 'tee', attempts: [] }],
    ['an empty reason for a bypass', { ...expectRejection, bypass: '' }],
  ])('refuses %s', (_, value) => {
    expect(expectationSchema.safeParse(value).success).toBe(false);
  });
});

describe('concludeJob', () => {
  const expectations = scenarioExpectationsSchema.parse({
    first: expectRejection,
    second: expectRejection,
  });
  const met: Outcome = { outcome: 'met' };

  it('is met where each named observation is', () => {
    const observed = [
      { name: 'first', outcome: met },
      { name: 'second', outcome: met },
    ];
    expect(concludeJob(expectations, observed)).toEqual(met);
  });

  it('is not run where a named observation was never made', () => {
    expect(concludeJob(expectations, [{ name: 'first', outcome: met }])).toEqual(
      notRun('nothing was observed as "second"'),
    );
  });

  it('is what broke it where it broke, unless a wrong verdict was seen before', () => {
    const broken: Outcome = { outcome: 'inconclusive', error: { code: 'X', message: 'gone' } };
    const seen = (outcome: Outcome) => [{ name: 'first', outcome }];
    expect(concludeJob(expectations, seen(met), broken)).toEqual(broken);
    const wrong = unexpectedObservation(rejection, ['first']);
    expect(concludeJob(expectations, seen(wrong), broken)).toEqual(wrong);
  });

  it('is unmet where something was observed that has no expectation', () => {
    const surplus = unexpectedObservation(rejection, ['first', 'second']);
    const observed = [
      { name: 'first', outcome: met },
      { name: 'second', outcome: met },
      { name: 'third', outcome: surplus },
    ];
    expect(concludeJob(expectations, observed).outcome).toBe('unmet');
  });
});

describe('combineOutcomes', () => {
  const unmet = against(appraisal(), expectRejection);
  const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'pixel: no answer'));

  it('never lets a lost phone hide an unexpected verdict, nor a success a lost phone', () => {
    expect(combineOutcomes([{ outcome: 'met' }, lost, unmet])).toEqual(unmet);
    expect(combineOutcomes([{ outcome: 'met' }, lost])).toEqual(lost);
  });

  it('keeps every difference, and the gravest kind', () => {
    const reject = against(rejection, { kind: 'appraisal', verdict: 'accepted' });
    const combined = combineOutcomes([reject, unmet]);
    expect(combined).toMatchObject({ kind: 'falseAccept' });
    expect(paths(combined)).toHaveLength(paths(reject).length + paths(unmet).length);
  });

  it('is not run for nothing', () => {
    expect(combineOutcomes([]).outcome).toBe('not-run');
  });

  it('names an error that is no HarnessError as unexpected', () => {
    expect(inconclusive('a string')).toMatchObject({ error: { code: 'ERR_UNEXPECTED' } });
  });
});

describe('signals', () => {
  const signal = (id: string, state: 'raised' | 'quiet' | 'insufficient') => ({
    ...{ id, unit: 'ms', threshold: 1, raisedWhen: 'above' as const },
    status: state === 'insufficient' ? ('insufficient' as const) : ('measured' as const),
    value: state === 'insufficient' ? null : 1,
    ...{ samples: 9, minimumSamples: 5, raised: state === 'raised', explanation: 'because' },
  });
  const seen = (...signals: ReturnType<typeof signal>[]) => ({
    ...{ kind: 'signals' as const, signals },
  });
  const expected = { kind: 'signals' as const, raised: ['gap'], quiet: ['offset'] };

  it('are as expected where each is raised or measured and quiet, as it is named', () => {
    const both = seen(signal('gap', 'raised'), signal('offset', 'quiet'), signal('age', 'raised'));
    expect(judge(both, expected)).toEqual({ outcome: 'met' });
  });

  it.each([
    ['quiet', 'gap', 'offset', 'signals.gap'],
    ['insufficient', 'gap', 'offset', 'signals.gap'],
  ] as const)('differ where one that must be raised is %s', (state, id, other, path) => {
    const outcome = judge(seen(signal(id, state), signal(other, 'quiet')), expected);
    expect(outcome).toMatchObject({ outcome: 'unmet', differences: [{ path, actual: state }] });
  });

  it.each(['raised', 'insufficient'] as const)(
    'differ where one that must be quiet is %s, since what was not measured says nothing',
    (state) => {
      const outcome = judge(seen(signal('gap', 'raised'), signal('offset', state)), expected);
      expect(outcome).toMatchObject({ outcome: 'unmet', differences: [{ actual: state }] });
    },
  );

  it('differ where one is not known at all', () => {
    expect(judge(seen(signal('gap', 'raised')), expected)).toMatchObject({
      outcome: 'unmet',
      differences: [{ path: 'signals.offset', actual: 'unknown' }],
    });
  });
});
