import type { Outcome } from '../expectation/outcome.js';
import type { Observation } from '../expectation/observation.js';
import type { ReportedJob } from './read-run.js';

/** What became of a job, as reports show it: the gravest first. */
export const STATES = [
  'false-accept',
  'false-reject',
  'differs',
  'inconclusive',
  'not-run',
  'waived',
  'bypassed',
  'refused',
  'met',
  'not-applicable',
] as const;

/** What became of a job, as reports show it. */
export type State = (typeof STATES)[number];

/** Each state in words. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  'false-accept': 'false accept',
  'false-reject': 'false reject',
  differs: 'not as expected',
  inconclusive: 'inconclusive',
  'not-run': 'not run',
  waived: 'waived',
  bypassed: 'bypassed as expected',
  refused: 'refused as expected',
  met: 'as expected',
  'not-applicable': 'not applicable',
};

/** What each state means, for whoever reads a report for the first time. */
export const STATE_MEANINGS: Readonly<Record<State, string>> = {
  'false-accept': 'bad evidence was let in: a hole',
  'false-reject': 'good evidence was refused: users are locked out',
  differs: 'something else was not as the class of phone is expected to be',
  inconclusive: 'the harness could not tell; never a refusal',
  'not-run': 'planned, and nothing ran it',
  waived: 'not as expected, and a dated waiver bears it',
  bypassed: 'a floor that a hook is known to defeat, and it was defeated as written',
  refused: 'a negative test that passed: the story ends in the refusal that it must end in',
  met: 'everything was as expected, to the last check',
  'not-applicable': 'the scenario does not apply to this class of phone',
};

/** The state of a job. */
export function stateOf(job: Pick<ReportedJob, 'outcome' | 'observations'>): State {
  const state = outcomeState(job.outcome);
  if (state !== 'met') return state;
  // A story is told up to its point; what it ends in says what it was about.
  const last = job.observations.findLast(({ observation }) => observation.kind !== 'measurement');
  return last !== undefined && isRefusal(last.observation) ? 'refused' : 'met';
}

/** The gravest of some states; null for none. */
export function gravest(states: readonly State[]): State | null {
  return STATES.find((state) => states.includes(state)) ?? null;
}

/** Whether an observation saw something being refused. */
export function isRefusal(observation: Observation): boolean {
  switch (observation.kind) {
    case 'appraisal':
      return observation.result.verdict !== 'accepted';
    case 'response':
      return observation.status >= 400;
    case 'ladder':
      return observation.level === null;
    case 'wire':
      return observation.outcome === 'failed';
    case 'operation':
      return observation.outcome === 'refused';
    case 'measurement':
    case 'signals':
      return false;
  }
}

function outcomeState(outcome: Outcome): State {
  switch (outcome.outcome) {
    case 'met':
      return 'met';
    case 'bypassed-as-expected':
      return 'bypassed';
    case 'unmet':
      return UNMET[outcome.kind];
    case 'inconclusive':
      return 'inconclusive';
    case 'not-run':
      return 'not-run';
    case 'waived':
      return 'waived';
  }
}

const UNMET = {
  falseAccept: 'false-accept',
  falseReject: 'false-reject',
  other: 'differs',
} as const;
