import { h, type ComponentChild } from 'preact';
import type { ObservationOf } from '../../expectation/observation.js';
import type { ReportedJob, ReportedRun } from '../read-run.js';
import { icon } from './icons.js';
import { virtualMark } from './scenario-panel.js';
import { stateOfRaised } from './signal-list.js';

type Signal = ObservationOf<'signals'>['signals'][number];

/** A key whose traffic was watched: that of a phone in a scenario. */
interface WatchedKey {
  readonly job: ReportedJob;
  readonly signals: readonly Signal[];
  readonly isMet: boolean;
}

/** The keys whose traffic raised a signal, with what explains each; nothing where none was watched. */
export function riskSection({ jobs }: ReportedRun): ComponentChild {
  const watched = jobs.flatMap(watchedKeys);
  if (watched.length === 0) return null;
  const raised = watched.filter(({ signals }) => signals.some((signal) => signal.raised));
  const scenarios = [...new Set(raised.map(({ job }) => job.scenarioId))];
  return h(
    'section',
    { class: 'risk' },
    h('h2', null, 'Risk signals'),
    h(
      'p',
      { class: 'muted' },
      `${raised.length} of ${watched.length} keys whose traffic was watched raised a signal. A signal ` +
        'says what was measured and why it counts; it proves nothing, and signals are not added up. ' +
        'Beside each key is its own value.',
    ),
    scenarios.map((scenarioId) =>
      scenarioPart(
        scenarioId,
        raised.filter(({ job }) => job.scenarioId === scenarioId),
      ),
    ),
  );
}

function watchedKeys(job: ReportedJob): readonly WatchedKey[] {
  return job.observations.flatMap(({ observation, outcome }) =>
    observation.kind === 'signals'
      ? [{ job, signals: observation.signals, isMet: outcome.outcome === 'met' }]
      : [],
  );
}

function scenarioPart(scenarioId: string, keys: readonly WatchedKey[]): ComponentChild {
  const ids = new Set(
    keys.flatMap(({ signals }) => signals.flatMap(({ id, raised }) => (raised ? [id] : []))),
  );
  return h(
    'details',
    // Who looks for what was not as expected wants the reason at once.
    { class: 'more', open: keys.some(({ isMet }) => !isMet) },
    h(
      'summary',
      null,
      h('code', null, scenarioId),
      `, ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${[...ids].join(', ')}`,
    ),
    [...ids].map((id) => signalPart(id, keys)),
  );
}

/** A key that raised a signal. */
interface RaisedBy {
  readonly key: WatchedKey;
  readonly signal: Signal;
}

// One signal of several keys is explained once, by the key that it says most of: the sentences differ
// in a number. Each key's own are in its cell.
function signalPart(id: string, keys: readonly WatchedKey[]): ComponentChild {
  const raisedBy = keys.flatMap((key): readonly RaisedBy[] => {
    const signal = key.signals.find((one) => one.id === id && one.raised);
    return signal === undefined ? [] : [{ key, signal }];
  });
  const [most] = [...raisedBy].sort(
    (one, other) => extremity(other.signal) - extremity(one.signal),
  );
  if (most === undefined) return null;
  const { raisedWhen, threshold, unit, explanation } = most.signal;
  return h(
    'div',
    { class: 'raised' },
    h(
      'p',
      null,
      stateMark(raisedBy.every(({ key }) => key.isMet)),
      h('code', null, id),
      threshold === null ? null : ` ${raisedWhen} ${threshold} ${unit}`,
    ),
    h('p', { class: 'muted' }, explanation),
    h(
      'ul',
      { class: 'keys' },
      raisedBy.map(({ key: { job, isMet }, signal }) =>
        h(
          'li',
          null,
          isMet ? null : stateMark(false),
          `${job.phone.alias} `,
          virtualMark(job.phone.virtual),
          ' ',
          h('b', null, shownValue(signal)),
        ),
      ),
    ),
  );
}

function stateMark(isMet: boolean): ComponentChild {
  const state = stateOfRaised(isMet);
  return h('span', { class: `mark ink-${state}` }, icon(state));
}

function extremity({ raisedWhen, value }: Signal): number {
  if (value === null) return -Infinity;
  return raisedWhen === 'below' ? -value : Math.abs(value);
}

function shownValue({ value }: Signal): string {
  return value === null ? 'no value' : String(Number(value.toPrecision(3)));
}
