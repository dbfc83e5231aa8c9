import { h, type ComponentChild } from 'preact';
import { costRows, isOverBudget, type CostRow } from '../cost.js';
import { showDuration, showMs } from '../latency.js';
import type { ReportedJob, ReportedRun } from '../read-run.js';
import type { PhoneRecord } from '../record.js';
import { STATES, STATE_MEANINGS, stateOf } from '../state.js';
import { countOutcomes, unexpectedLines, type UnexpectedLine } from '../unexpected.js';
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
  const lines = unexpectedLines(run);
  const jobs = [...new Set(lines.map(({ job }) => job))];
  const reasons = run.record.gate?.reasons ?? [];
  if (jobs.length + reasons.length === 0) return null;
  const rest = jobs.length - MAX_UNEXPECTED;
  return h(
    'section',
    { class: 'unexpected' },
    h('h2', null, 'Unexpected'),
    h(
      'ul',
      null,
      jobs.slice(0, MAX_UNEXPECTED).map((job) => unexpectedJob(job, lines)),
      // The gate's own words say it where no job does: a server that did not start, a stale waiver.
      jobs.length === 0
        ? reasons.map((reason) => h('li', { class: 'tone-differs' }, reason))
        : null,
    ),
    rest > 0 ? h('p', { class: 'muted' }, `and ${rest} more, in the cells below`) : null,
  );
}

function unexpectedJob(job: ReportedJob, lines: readonly UnexpectedLine[]): ComponentChild {
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
    differenceList(lines.filter((line) => line.job === job)),
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

/** Latency of each operation per class and level, against the budgets. */
export function costSection(run: ReportedRun): ComponentChild {
  const rows = costRows(run);
  const classes = [...new Set(rows.map(({ className }) => className))];
  return h(
    'section',
    { class: 'cost' },
    h('h2', null, 'What it costs the user'),
    rows.length === 0
      ? h('p', { class: 'muted' }, 'Nothing was measured.')
      : h(
          'div',
          { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Latencies' },
          h(
            'table',
            null,
            h('thead', null, h('tr', null, COST_HEADS.map(costHead))),
            classes.map((className) =>
              costBody(
                className,
                rows.filter((row) => row.className === className),
              ),
            ),
          ),
        ),
  );
}

const COST_HEADS = ['Operation', 'Level', 'Count', 'Median ms', 'Worst ms', 'Budget ms'];

function costHead(head: string, index: number): ComponentChild {
  return h('th', { scope: 'col', class: index < 2 ? '' : 'number' }, head);
}

function costBody(className: string, rows: readonly CostRow[]): ComponentChild {
  const isVirtual = rows.some(({ virtual }) => virtual);
  const head = { colSpan: COST_HEADS.length, scope: 'rowgroup' } as const;
  return h(
    'tbody',
    null,
    h('tr', null, h('th', head, className, ' ', virtualMark(isVirtual))),
    rows.map((row) => {
      const over = isOverBudget(row);
      const budget = row.budgetMs === null ? '–' : showMs(row.budgetMs);
      return h(
        'tr',
        null,
        h('td', null, h('code', null, row.operation)),
        h('td', null, row.level),
        h('td', { class: 'number' }, row.count),
        h('td', { class: 'number' }, showMs(row.medianMs)),
        h('td', { class: 'number' }, showMs(row.worstMs)),
        h(
          'td',
          { class: over ? 'number ink-differs' : 'number' },
          over ? `${budget} exceeded` : budget,
        ),
      );
    }),
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
          phone.drift.map(({ fact: name, declared, measured }) =>
            h(
              'p',
              { class: 'drift ink-differs' },
              `drift: ${name} is ${JSON.stringify(measured)}, declared ${JSON.stringify(declared)}`,
            ),
          ),
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
