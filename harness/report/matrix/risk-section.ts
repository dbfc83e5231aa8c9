import { h, type ComponentChild } from 'preact';
import type { ObservationOf } from '../../expectation/observation.js';
import type { ReportedJob, ReportedRun } from '../read-run.js';
import { virtualMark } from './scenario-panel.js';
import { raisedList } from './signal-list.js';

/** A key whose traffic was watched: that of a phone in a scenario. */
interface WatchedKey {
  readonly job: ReportedJob;
  readonly signals: ObservationOf<'signals'>['signals'];
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
        'says what was measured and why it counts; it proves nothing, and signals are not added up.',
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
    keys.map(({ job, signals, isMet }) => [
      h('h3', null, `Key of ${job.phone.alias} `, virtualMark(job.phone.virtual)),
      raisedList(signals, isMet),
    ]),
  );
}
