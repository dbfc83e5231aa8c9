import { h, type ComponentChild } from 'preact';
import { costRows, isOverBudget, nearestToBudget, type CostRow } from '../cost.js';
import { showMs } from '../latency.js';
import type { ReportedRun } from '../read-run.js';
import { virtualMark } from './scenario-panel.js';

/** Latency of each operation per class and level, against the budgets. */
export function costSection(run: ReportedRun): ComponentChild {
  const rows = costRows(run);
  const judged = rows.filter(({ measuredIn }) => measuredIn === 'cost-scenarios');
  const others = rows.filter(({ measuredIn }) => measuredIn === 'other-scenarios');
  const content =
    rows.length === 0
      ? [h('p', { class: 'muted' }, 'Nothing was measured.')]
      : [
          h('p', { class: 'cost-sum' }, costSum(rows, run.record.timeScale)),
          ...(judged.length === 0 ? [] : [costTable(judged, 'Costs against their budgets')]),
          ...(others.length === 0 ? [] : [otherLatencies(others)]),
        ];
  return h('section', { class: 'cost' }, h('h2', null, 'What it costs the user'), ...content);
}

function otherLatencies(rows: readonly CostRow[]): ComponentChild {
  return h(
    'details',
    { class: 'latencies' },
    h('summary', null, 'Latencies in other scenarios, for which there is no budget'),
    costTable(rows, 'Latencies in other scenarios'),
  );
}

function costTable(rows: readonly CostRow[], label: string): ComponentChild {
  const classes = [...new Set(rows.map(({ className }) => className))];
  return h(
    'div',
    { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': label },
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
  );
}

function costSum(rows: readonly CostRow[], timeScale: number): string {
  const budgeted = nearestToBudget(rows);
  const over = budgeted.filter(isOverBudget).length;
  const modelled = rows.some(({ virtual }) => virtual)
    ? ` Latencies of virtual phones are modelled (time scale ${timeScale}).`
    : '';
  return `${over} of ${budgeted.length} operations over budget, as the cost scenarios measured them.${modelled}`;
}

const COST_HEADS = ['Operation', 'Count', 'Median ms', 'Worst ms'];

function costHead(head: string, index: number): ComponentChild {
  return h('th', { scope: 'col', class: cellClass(index) }, head);
}

// Counts give way first where there is no room.
function cellClass(index: number): string {
  return index === 0 ? '' : index === 1 ? 'number count' : 'number';
}

function costBody(className: string, rows: readonly CostRow[]): ComponentChild {
  const head = { colSpan: COST_HEADS.length, scope: 'rowgroup' } as const;
  const isVirtual = rows.every(({ virtual }) => virtual);
  return h(
    'tbody',
    null,
    h('tr', null, h('th', head, className, ' ', virtualMark(isVirtual))),
    rows.map((row) =>
      h(
        'tr',
        null,
        h(
          'td',
          null,
          h('code', null, row.operation),
          row.level === '-' ? null : h('span', { class: 'level' }, ` ${row.level} `),
          virtualMark(row.virtual && !isVirtual),
        ),
        h('td', { class: cellClass(1) }, row.count),
        figure(row.medianMs, row.medianBudgetMs),
        figure(row.worstMs, row.worstBudgetMs),
      ),
    ),
  );
}

function figure(ms: number, budgetMs: number | null): ComponentChild {
  if (budgetMs === null) return h('td', { class: 'number' }, showMs(ms));
  const isOver = ms > budgetMs;
  return h(
    'td',
    { class: isOver ? 'number ink-differs' : 'number' },
    showMs(ms),
    h('span', { class: 'budget' }, ` of ${showMs(budgetMs)}${isOver ? ', exceeded' : ''}`),
  );
}
