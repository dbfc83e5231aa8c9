import { compareClaims, compareSet, differ, unequal } from './differences.js';
import type { Expectation, ExpectationOf, ScenarioExpectations } from './expectation.js';
import type { Observation, ObservationOf } from './observation.js';
import {
  combineOutcomes,
  notRun,
  type Difference,
  type Outcome,
  type UnmetKind,
} from './outcome.js';

interface Judgement {
  readonly kind: UnmetKind;
  readonly differences: readonly Difference[];
}

/** Holds an observation against its expectation. Pure; equal arguments give equal outcomes. */
export function judge(observation: Observation, expectation: Expectation): Outcome {
  const { kind, differences } = compare(observation, expectation);
  if (differences.length > 0) return { outcome: 'unmet', kind, differences };
  return expectation.bypass === undefined
    ? { outcome: 'met' }
    : { outcome: 'bypassed-as-expected', reason: expectation.bypass };
}

/** The outcome of an observation that the scenario's expectations do not name. */
export function unexpectedObservation(
  observation: Observation,
  expectedNames: readonly string[],
): Outcome {
  const names = expectedNames.join(', ');
  const difference = differ('name', `one of: ${names}`, `another one (${observation.kind})`);
  return { outcome: 'unmet', kind: 'other', differences: [difference] };
}

/**
 * A job's one outcome from those of its observations. A named one that was never made is not run, or
 * a story that stops early would pass by what it left out; `broken` says what stopped it otherwise.
 */
export function concludeJob(
  expectations: ScenarioExpectations,
  observed: readonly { readonly name: string; readonly outcome: Outcome }[],
  broken: Outcome | null = null,
): Outcome {
  const names = new Set(observed.map(({ name }) => name));
  const silent = Object.keys(expectations).filter((name) => !names.has(name));
  return combineOutcomes([
    ...observed.map(({ outcome }) => outcome),
    ...(broken === null
      ? silent.map((name) => notRun(`nothing was observed as "${name}"`))
      : [broken]),
  ]);
}

function compare(observation: Observation, expectation: Expectation): Judgement {
  switch (expectation.kind) {
    case 'appraisal':
      return observation.kind === 'appraisal'
        ? compareAppraisal(observation, expectation)
        : otherKind(observation, expectation);
    case 'response':
      return observation.kind === 'response'
        ? compareResponse(observation, expectation)
        : otherKind(observation, expectation);
    case 'ladder':
      return observation.kind === 'ladder'
        ? compareLadder(observation, expectation)
        : otherKind(observation, expectation);
    case 'wire':
      return observation.kind === 'wire'
        ? compareWire(observation, expectation)
        : otherKind(observation, expectation);
    case 'operation':
      return observation.kind === 'operation'
        ? compareOperation(observation, expectation)
        : otherKind(observation, expectation);
    case 'measurement':
      return observation.kind === 'measurement'
        ? compareMeasurement(observation, expectation)
        : otherKind(observation, expectation);
    case 'signals':
      return observation.kind === 'signals'
        ? compareSignals(observation, expectation)
        : otherKind(observation, expectation);
  }
}

function compareAppraisal(
  { result }: ObservationOf<'appraisal'>,
  expected: ExpectationOf<'appraisal'>,
): Judgement {
  return {
    kind: unmetKind({
      mayPass: expected.verdict === 'accepted',
      passed: result.verdict === 'accepted',
    }),
    differences: [
      ...unequal('verdict', expected.verdict, result.verdict),
      ...compareSet(result.checks, 'failed', expected.failing),
      ...compareSet(result.checks, 'undetermined', expected.undetermined),
      ...compareSet(result.checks, 'not-applicable', expected.notApplicable),
      ...compareClaims(result.claims, expected.claims),
    ],
  };
}

function compareResponse(
  observed: ObservationOf<'response'>,
  expected: ExpectationOf<'response'>,
): Judgement {
  return {
    kind: unmetKind({ mayPass: expected.status < 400, passed: observed.status < 400 }),
    differences: [
      ...unequal('status', expected.status, observed.status),
      ...unequal('code', expected.code, observed.code),
      ...compareSet(observed.checks, 'failed', expected.failing),
      ...compareSet(observed.checks, 'undetermined', expected.undetermined),
    ],
  };
}

function compareLadder(
  observed: ObservationOf<'ladder'>,
  expected: ExpectationOf<'ladder'>,
): Judgement {
  const rungs = expected.attempts.flatMap((rung, index) => {
    const actual = observed.attempts[index];
    const path = `attempts[${index}]`;
    if (actual === undefined) return [differ(path, `${rung.level} ${rung.outcome}`, 'not tried')];
    const keys = ['level', 'outcome', 'exception', 'publicCode', 'rawCode'] as const;
    return keys
      .filter((key) => rung[key] !== undefined)
      .flatMap((key) => unequal(`${path}.${key}`, rung[key], actual[key]));
  });
  const surplus = observed.attempts
    .slice(expected.attempts.length)
    .map((attempt, index) =>
      differ(
        `attempts[${expected.attempts.length + index}]`,
        'not tried',
        `${attempt.level} ${attempt.outcome}`,
      ),
    );
  return {
    kind: unmetKind({ mayPass: expected.level !== null, passed: observed.level !== null }),
    differences: [...unequal('level', expected.level, observed.level), ...rungs, ...surplus],
  };
}

function compareWire(observed: ObservationOf<'wire'>, expected: ExpectationOf<'wire'>): Judgement {
  const amount = (bytes: number): string => (bytes === 0 ? 'none' : 'some');
  return {
    kind: unmetKind({
      mayPass: expected.outcome === 'answered',
      passed: observed.outcome === 'answered',
    }),
    differences: [
      ...unequal('outcome', expected.outcome, observed.outcome),
      ...unequal('phase', expected.phase, observed.phase),
      ...unequal(
        'applicationBytesSent',
        expected.applicationBytesSent,
        amount(observed.applicationBytesSent),
      ),
      ...unequal(
        'applicationBytesReceived',
        expected.applicationBytesReceived,
        amount(observed.applicationBytesReceived),
      ),
    ],
  };
}

function compareOperation(
  observed: ObservationOf<'operation'>,
  expected: ExpectationOf<'operation'>,
): Judgement {
  return {
    kind: unmetKind({ mayPass: expected.outcome === 'done', passed: observed.outcome === 'done' }),
    differences: [
      ...unequal('operation', expected.operation, observed.operation),
      ...unequal('outcome', expected.outcome, observed.outcome),
      ...unequal('code', expected.code, observed.code),
    ],
  };
}

function compareMeasurement(
  observed: ObservationOf<'measurement'>,
  expected: ExpectationOf<'measurement'>,
): Judgement {
  const late =
    observed.ms <= expected.budgetMs
      ? []
      : [differ('ms', `at most ${expected.budgetMs}`, String(observed.ms))];
  return {
    kind: 'other',
    differences: [
      ...unequal('operation', expected.operation, observed.operation),
      ...unequal('level', expected.level, observed.level),
      ...late,
    ],
  };
}

function compareSignals(
  { signals }: ObservationOf<'signals'>,
  expected: ExpectationOf<'signals'>,
): Judgement {
  const wanted = [
    ...expected.raised.map((id) => ({ id, state: 'raised' })),
    ...expected.quiet.map((id) => ({ id, state: 'quiet' })),
  ];
  const differences = wanted.flatMap(({ id, state }) => {
    const signal = signals.find((one) => one.id === id);
    return unequal(`signals.${id}`, state, signal === undefined ? 'unknown' : signalState(signal));
  });
  return { kind: 'other', differences };
}

function signalState({
  status,
  raised,
}: ObservationOf<'signals'>['signals'][number]): 'raised' | 'quiet' | 'insufficient' {
  if (status === 'insufficient') return 'insufficient';
  return raised ? 'raised' : 'quiet';
}

// Without this, a scenario that observes something else altogether would look merely different.
function otherKind(observed: Observation, expected: Expectation): Judgement {
  return { kind: 'other', differences: [differ('kind', expected.kind, observed.kind)] };
}

function unmetKind(sides: { readonly mayPass: boolean; readonly passed: boolean }): UnmetKind {
  if (sides.passed === sides.mayPass) return 'other';
  return sides.passed ? 'falseAccept' : 'falseReject';
}
