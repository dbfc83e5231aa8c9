import { h, type ComponentChild } from 'preact';
import { showDuration } from '../latency.js';
import type { ReportedRun } from '../read-run.js';
import type { PhoneRecord } from '../record.js';
import { STATES, STATE_MEANINGS, stateOf } from '../state.js';
import { countOutcomes, otherReasons, unexpectedJobs, type UnexpectedJob } from '../unexpected.js';
import { icon } from './icons.js';
import { differenceList, stateChip, virtualMark } from './scenario-panel.js';

const MAX_UNEXPECTED = 12;

/** The verdict, what it is about, and what is virtual about it. */
export function masthead(run: ReportedRun): ComponentChild {
  const { record, jobs } = run;
  const counts = countOutcomes(jobs);
  const good = counts.met + counts['bypassed-as-expected'];
  const exit = record.gate?.exit ?? null;
  const word = exit === null ? 'Not finished' : exit === 0 ? 'Passed' : `Failed, exit ${exit}`;
  const tone = exit === 0 ? 'good' : exit === null ? 'open' : 'bad';
  const took =
    record.finishedAt === null
      ? 'cut off'
      : showDuration(Date.parse(record.finishedAt) - Date.parse(record.startedAt));
  return h(
    'header',
    { class: `masthead ${tone}` },
    h('p', { class: 'product' }, `${record.product.name} ${record.product.version}`),
    h(
      'h1',
      null,
      h('span', { class: 'verdict' }, word),
      h('span', { class: 'sum' }, `${good} of ${jobs.length} jobs as expected`),
    ),
    h(
      'dl',
      { class: 'run' },
      fact('Run', record.id),
      fact('Lab', record.lab),
      fact('Policy', record.policyId),
      fact('Started', `${record.startedAt.slice(0, 19).replace('T', ' ')} UTC`),
      fact('Took', took),
    ),
    honesty(record.phones, record.timeScale),
  );
}

function fact(name: string, value: string): ComponentChild {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}

function honesty(phones: readonly PhoneRecord[], timeScale: number): ComponentChild {
  const virtual = phones.filter((phone) => phone.virtual).length;
  return h(
    'p',
    { class: 'honesty' },
    virtual === 0
      ? 'No phone is virtual.'
      : [
          virtualMark(true),
          h(
            'span',
            null,
            `${virtual} of ${phones.length} phones: their secure hardware, vendor roots and latencies are modelled (time scale ${timeScale}). They show that backend, expectations and harness work, and nothing about real hardware.`,
          ),
        ],
  );
}

/** What was unexpected, job by job, the gravest first; nothing where all was as expected. */
export function unexpectedSection(run: ReportedRun): ComponentChild {
  const jobs = unexpectedJobs(run);
  const reasons = otherReasons(run.record.gate);
  if (jobs.length + reasons.length === 0) return null;
  const rest = jobs.length - MAX_UNEXPECTED;
  return h(
    'section',
    { class: 'unexpected' },
    h('h2', null, 'Unexpected'),
    h(
      'ul',
      null,
      jobs.slice(0, MAX_UNEXPECTED).map(unexpectedJob),
      // The gate's own words say it where no job does.
      reasons.slice(0, MAX_UNEXPECTED).map((reason) => h('li', { class: 'tone-differs' }, reason)),
    ),
    rest > 0 ? h('p', { class: 'muted' }, `and ${rest} more, in the cells below`) : null,
  );
}

function unexpectedJob({ job, lines }: UnexpectedJob): ComponentChild {
  const state = stateOf(job);
  return h(
    'li',
    { class: `tone-${state}` },
    h(
      'p',
      { class: 'what' },
      stateChip(state),
      h('strong', null, job.scenarioId),
      h('span', null, `on ${job.phone.alias} (${job.className}) `, virtualMark(job.phone.virtual)),
    ),
    differenceList(lines),
  );
}

/** What each glyph means. */
export function legend(): ComponentChild {
  return h(
    'section',
    { class: 'legend' },
    h('h2', null, 'How to read it'),
    h(
      'dl',
      null,
      STATES.map((state) =>
        h('div', null, h('dt', null, stateChip(state)), h('dd', null, STATE_MEANINGS[state])),
      ),
    ),
  );
}

/** The phones with their facts, and what the inventory states otherwise. */
export function phonesSection({ record }: ReportedRun): ComponentChild {
  return h(
    'section',
    { class: 'phones' },
    h('h2', null, 'Phones'),
    h(
      'ul',
      null,
      record.phones.map((phone) =>
        h(
          'li',
          null,
          h('h3', null, phone.alias, ' ', virtualMark(phone.virtual)),
          h(
            'p',
            { class: 'muted' },
            phone.class === null
              ? `declared ${phone.declaredClass}; no class was measured`
              : phone.class === phone.declaredClass
                ? phone.class
                : `measured ${phone.class}, declared ${phone.declaredClass}`,
          ),
          driftLines(phone),
          h(
            'details',
            { class: 'more' },
            h('summary', null, `${Object.keys(phone.facts).length} facts`),
            h(
              'dl',
              { class: 'claims' },
              Object.entries(phone.facts).map(([name, value]) => [
                h('dt', null, name),
                h('dd', null, typeof value === 'string' ? value : JSON.stringify(value)),
              ]),
            ),
          ),
        ),
      ),
    ),
  );
}

/** What a phone measured otherwise than its declared class states, a line a fact. */
export function driftLines({ declaredClass, drift }: PhoneRecord): readonly ComponentChild[] {
  if (drift.length === 0) return [];
  return [
    h('span', { class: 'drift ink-differs' }, icon('differs'), ` drift from ${declaredClass}:`),
    ...drift.map(({ fact: name, declared, measured }) =>
      h(
        'span',
        { class: 'drift ink-differs' },
        `${name} is ${JSON.stringify(measured)}, declared ${JSON.stringify(declared)}`,
      ),
    ),
  ];
}
