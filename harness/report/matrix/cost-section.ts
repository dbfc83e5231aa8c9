import { h, type ComponentChild } from 'preact';
import { costRows, isOverBudget, nearestToBudget, type CostRow } from '../cost.js';
import { showMs } from '../latency.js';
import type { ReportedRun } from '../read-run.js';
import { virtualMark } from './scenario-panel.js';

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
      : [
          h('p', { class: 'cost-sum' }, costSum(rows, run.record.timeScale)),
          h(
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
        ],
  );
}

function costSum(rows: readonly CostRow[], timeScale: number): string {
  const budgeted = nearestToBudget(rows);
  const over = budgeted.filter(isOverBudget).length;
  const modelled = rows.some(({ virtual }) => virtual)
    ? ` Latencies of virtual phones are modelled (time scale ${timeScale}).`
    : '';
  return `${over} of ${budgeted.length} budgets exceeded, over all scenarios.${modelled}`;
}

const COST_HEADS = [
  ...['Operation', 'Level', 'Count'],
  ...['Median ms', 'Budget ms', 'Worst ms', 'Budget ms'],
];

function costHead(head: string, index: number): ComponentChild {
  return h('th', { scope: 'col', class: index < 2 ? '' : 'number' }, head);
}

function costBody(className: string, rows: readonly CostRow[]): ComponentChild {
  const head = { colSpan: COST_HEADS.length, scope: 'rowgroup' } as const;
  return h(
    'tbody',
    null,
    h('tr', null, h('th', head, className)),
    rows.map((row) =>
      h(
        'tr',
        null,
        h('td', null, h('code', null, row.operation), ' ', virtualMark(row.virtual)),
        h('td', null, row.level),
        h('td', { class: 'number' }, row.count),
        ...figures(row.medianMs, row.medianBudgetMs),
        ...figures(row.worstMs, row.worstBudgetMs),
      ),
    ),
  );
}

function figures(ms: number, budgetMs: number | null): readonly ComponentChild[] {
  const isOver = budgetMs !== null && ms > budgetMs;
  const budget = budgetMs === null ? '–' : showMs(budgetMs);
  return [
    h('td', { class: 'number' }, showMs(ms)),
    h(
      'td',
      { class: isOver ? 'number budget ink-differs' : 'number budget' },
      isOver ? `${budget} exceeded` : budget,
    ),
  ];
}
