import { h, type ComponentChild } from 'preact';
import type { OutcomeWord } from '../../expectation/outcome.js';
import type { CheckResult } from '../../verifier/result.js';
import type { ClassResult } from '../class-results.js';
import { describeExpectation, describeObservation } from '../describe-observation.js';
import { showDuration } from '../latency.js';
import type { ReportedJob, ReportedObservation } from '../read-run.js';
import { referenceLink } from '../reference-links.js';
import { STATE_WORDS, stateOf, type State } from '../state.js';
import { deviations, type UnexpectedLine } from '../unexpected.js';
import { icon } from './icons.js';
import { resultState } from './model.js';
import { signalList } from './signal-list.js';

/** What a panel needs to know of the run. */
export interface PanelContext {
  readonly runId: string;
  readonly references: Readonly<Record<string, readonly string[]>>;
}

/** A scenario on a class: its phones, what each saw, the checks and claims behind it. */
export function scenarioPanel(result: ClassResult, context: PanelContext): ComponentChild {
  const state = resultState(result);
  const references = context.references[result.scenarioId] ?? [];
  return h(
    'article',
    { class: `scenario tone-${state}` },
    h(
      'header',
      null,
      stateChip(state),
      h('h3', null, sentence(result.title)),
      h('code', { class: 'id' }, result.scenarioId),
    ),
    result.units.map((unit) => unitPart(unit, context)),
    result.unmatched.map(({ phone, why }) =>
      h('p', { class: 'why' }, `${phone.alias}: does not apply, ${why}`),
    ),
    references.length === 0
      ? null
      : h(
          'p',
          { class: 'references' },
          'Rests on ',
          references.map((text, index) => [index === 0 ? '' : ', ', reference(text)]),
        ),
  );
}

/** A state as glyph and word. */
export function stateChip(state: State): ComponentChild {
  return h('span', { class: `chip ink-${state}` }, icon(state), STATE_WORDS[state]);
}

/** The mark of a virtual phone; nothing for a real one. */
export function virtualMark(isVirtual: boolean): ComponentChild {
  return isVirtual ? h('span', { class: 'virtual' }, icon('virtual'), 'virtual') : null;
}

/** Where something differs: the check or place, what was expected, what was there. */
export function differenceList(lines: readonly UnexpectedLine[]): ComponentChild {
  if (lines.length === 0) return null;
  return h(
    'ul',
    { class: 'deviations' },
    lines.map(({ code, where, expected, actual }) =>
      h(
        'li',
        null,
        h('code', null, where ?? code),
        h('span', { class: 'pair' }, h('b', null, 'expected '), expected),
        h('span', { class: 'pair' }, h('b', null, 'actual '), actual),
      ),
    ),
  );
}

function unitPart(job: ReportedJob, { runId }: PanelContext): ComponentChild {
  const lines = deviations(job);
  return h(
    'section',
    { class: 'unit' },
    h(
      'h4',
      null,
      job.phone.alias,
      ' ',
      virtualMark(job.phone.virtual),
      h('span', { class: 'muted' }, ` ${job.ms === null ? '' : showDuration(job.ms)}`),
    ),
    h('div', { class: `ink-${stateOf(job)}` }, differenceList(lines)),
    job.outcome.outcome === 'bypassed-as-expected'
      ? h('p', { class: 'why' }, `Bypassed as expected: ${job.outcome.reason}`)
      : null,
    h('ul', { class: 'observations' }, job.observations.map(observationItem)),
    job.appraisalSeq === null
      ? null
      : h(
          'p',
          { class: 'replay' },
          h('code', null, `npx attestlab replay-line ${runId} ${job.appraisalSeq}`),
        ),
  );
}

function observationItem(seen: ReportedObservation): ComponentChild {
  const { name, observation, expected } = seen;
  const actual = describeObservation(observation);
  const wanted = expected === null ? null : describeExpectation(expected);
  const state = stateOf({ outcome: seen.outcome, observations: [seen] });
  return h(
    'li',
    null,
    h(
      'p',
      { class: 'observed' },
      h(
        'span',
        { class: `mark ink-${state}` },
        icon(state),
        h('span', { class: 'hidden' }, STATE_WORDS[state]),
      ),
      h('span', { class: 'name' }, name.replace(/-/g, ' ')),
      h('span', { class: 'seen' }, actual),
      wanted === null || AS_WANTED.has(seen.outcome.outcome)
        ? null
        : h('span', { class: 'wanted' }, `expected ${wanted}`),
    ),
    ...backing(seen),
  );
}

/** What was seen is what was expected: to say it twice would look like a difference. */
const AS_WANTED: ReadonlySet<OutcomeWord> = new Set(['met', 'bypassed-as-expected']);

function backing({ observation, outcome }: ReportedObservation): readonly ComponentChild[] {
  const isMet = outcome.outcome === 'met';
  switch (observation.kind) {
    case 'appraisal':
      return [checkList(observation.result.checks, isMet), claimList(observation.result.claims)];
    case 'response':
      return observation.checks.length === 0 ? [] : [checkList(observation.checks, isMet)];
    case 'signals':
      return [signalList(observation.signals, isMet)];
    case 'ladder':
    case 'wire':
    case 'operation':
    case 'measurement':
      return [];
  }
}

const CHECK_ORDER = ['failed', 'undetermined', 'blocked', 'not-applicable', 'passed'] as const;

function checkList(checks: readonly CheckResult[], isMet: boolean): ComponentChild {
  const groups = CHECK_ORDER.map(
    (status) => [status, checks.filter((check) => check.status === status)] as const,
  ).filter(([, group]) => group.length > 0);
  const sum = groups.map(([status, group]) => `${group.length} ${status.replace('-', ' ')}`);
  return h(
    'details',
    { class: 'more' },
    h('summary', null, `${checks.length} checks: ${sum.join(', ')}`),
    h(
      'ul',
      { class: 'checks' },
      groups.flatMap(([status, group]) =>
        status === 'passed' ? [passedItem(group)] : group.map((check) => checkItem(check, isMet)),
      ),
    ),
  );
}

// Most checks of a run pass: a line for each was half of the page.
function passedItem(checks: readonly CheckResult[]): ComponentChild {
  return h(
    'li',
    null,
    h('span', { class: 'mark ink-met' }, icon('met')),
    h('span', { class: 'muted' }, 'passed'),
    h('code', { class: 'passed' }, checks.map(({ id }) => id).join(', ')),
  );
}

function checkItem(check: CheckResult, isMet: boolean): ComponentChild {
  const state = checkState(check, isMet);
  return h(
    'li',
    null,
    h('span', { class: `mark ink-${state}` }, icon(state)),
    h('code', null, check.id),
    h('span', { class: 'muted' }, checkText(check)),
  );
}

// A check that failed as it had to is what a negative test is for.
function checkState({ status }: CheckResult, isMet: boolean): State {
  switch (status) {
    case 'passed':
      return 'met';
    case 'failed':
      return isMet ? 'refused' : 'differs';
    case 'undetermined':
      return 'inconclusive';
    case 'blocked':
      return 'not-run';
    case 'not-applicable':
      return 'not-applicable';
  }
}

function checkText(check: CheckResult): string {
  switch (check.status) {
    case 'passed':
      return 'passed';
    case 'failed':
      return `failed: expected ${check.expected}, actual ${check.actual}`;
    case 'undetermined':
      return `undetermined: ${check.reason}`;
    case 'blocked':
      return `blocked by ${check.by.join(', ')}`;
    case 'not-applicable':
      return `not applicable: ${check.reason}`;
  }
}

function claimList(claims: Readonly<Record<string, unknown>>): ComponentChild {
  const entries = Object.entries(claims);
  if (entries.length === 0) return null;
  return h(
    'details',
    { class: 'more' },
    h('summary', null, `${entries.length} claims`),
    h(
      'dl',
      { class: 'claims' },
      entries.map(([name, value]) => [
        h('dt', null, name),
        h('dd', null, typeof value === 'string' ? value : JSON.stringify(value, null, 1)),
      ]),
    ),
  );
}

function reference(text: string): ComponentChild {
  const { url } = referenceLink(text);
  return url === null ? text : h('a', { href: url, rel: 'noreferrer' }, text);
}

function sentence(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
