import type { Expectation } from '../expectation/expectation.js';
import type { Observation } from '../expectation/observation.js';
import { showDuration } from './latency.js';

/** What was seen, in one line for people. */
export function describeObservation(observation: Observation): string {
  switch (observation.kind) {
    case 'appraisal':
      return `${observation.result.format} ${observation.result.verdict}`;
    case 'response':
      return answer(observation.status, observation.code);
    case 'ladder': {
      const rungs = observation.attempts.map((rung) => rungText(rung));
      return `${observation.level ?? 'no key'} (${rungs.join(', ')})`;
    }
    case 'wire': {
      const { applicationBytesSent: sent, applicationBytesReceived: received } = observation;
      return `${observation.outcome} in ${observation.phase}; ${sent} application bytes sent, ${received} received`;
    }
    case 'operation':
      return operation(observation);
    case 'measurement':
      return `${measured(observation)} ${showDuration(observation.ms)}`;
    case 'signals': {
      const raised = observation.signals.filter((signal) => signal.raised);
      return signalsText(raised.map(({ id }) => id));
    }
  }
}

/** What was expected, in the words of `describeObservation`. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'appraisal':
      return withChecks(expectation.verdict, expectation.failing);
    case 'response':
      return withChecks(answer(expectation.status, expectation.code), expectation.failing);
    case 'ladder':
      return `${expectation.level ?? 'no key'} (${expectation.attempts.map(rungText).join(', ')})`;
    case 'wire': {
      const { applicationBytesSent: sent, applicationBytesReceived: received } = expectation;
      return `${expectation.outcome} in ${expectation.phase}; ${sent} application bytes sent, ${received} received`;
    }
    case 'operation':
      return operation(expectation);
    case 'measurement':
      return `${measured(expectation)} at most ${showDuration(expectation.budgetMs)}`;
    case 'signals':
      return signalsText(expectation.raised);
  }
}

function answer(status: number, code: string | null): string {
  return code === null ? `answered ${status}` : `answered ${status} ${code}`;
}

function rungText(rung: {
  readonly level: string;
  readonly outcome: string;
  readonly exception?: string;
  readonly publicCode?: number;
  readonly rawCode?: number;
}): string {
  const codes = [rung.exception, rung.publicCode, rung.rawCode].filter(
    (code) => code !== undefined,
  );
  return [rung.level, rung.outcome, ...codes].join(' ');
}

function operation(seen: {
  readonly operation: string;
  readonly outcome: string;
  readonly code: string | null;
}): string {
  const text = `${seen.operation} ${seen.outcome}`;
  return seen.code === null ? text : `${text} (${seen.code})`;
}

function measured(seen: { readonly operation: string; readonly level: string | null }): string {
  return seen.level === null ? seen.operation : `${seen.operation} on ${seen.level}`;
}

function signalsText(raised: readonly string[]): string {
  return raised.length === 0 ? 'no signal raised' : `raised ${raised.join(', ')}`;
}

function withChecks(text: string, failing: readonly string[]): string {
  return failing.length === 0 ? text : `${text}, failing ${failing.join(', ')}`;
}
