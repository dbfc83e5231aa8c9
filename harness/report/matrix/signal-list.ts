import { h, type ComponentChild } from 'preact';
import type { ObservationOf } from '../../expectation/observation.js';
import type { State } from '../state.js';
import { icon } from './icons.js';

type Signal = ObservationOf<'signals'>['signals'][number];

/** The risk signals of a key's traffic, the raised ones first, each with what explains it. */
export function signalList(signals: readonly Signal[], isMet: boolean): ComponentChild {
  const raised = signals.filter((signal) => signal.raised);
  const others = signals.filter((signal) => !signal.raised);
  return h(
    'details',
    // Who looks for what was not as expected wants the reason at once.
    { class: 'more', open: !isMet },
    h('summary', null, `${signals.length} signals: ${raised.length} raised`),
    h(
      'ul',
      { class: 'checks' },
      [...raised, ...others].map((signal) => signalItem(signal, stateOfSignal(signal, isMet))),
    ),
  );
}

/** A signal that had to be raised is to traffic what a refusal is to evidence. */
export function stateOfRaised(isMet: boolean): State {
  return isMet ? 'refused' : 'differs';
}

function stateOfSignal({ raised, status }: Signal, isMet: boolean): State {
  if (raised) return stateOfRaised(isMet);
  return status === 'measured' ? 'met' : 'not-applicable';
}

function signalItem({ id, explanation }: Signal, state: State): ComponentChild {
  return h(
    'li',
    null,
    h('span', { class: `mark ink-${state}` }, icon(state)),
    h('code', null, id),
    h('span', { class: 'muted' }, explanation),
  );
}
