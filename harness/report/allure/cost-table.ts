import type { CostRow } from '../cost.js';
import type { Attached } from './result-folder.js';

const HEADS = [
  ...['measured in', 'operation', 'level', 'virtual', 'count'],
  ...['median ms', 'median budget ms', 'worst ms', 'worst budget ms'],
];

/** What operations cost on a class, as a table that Allure shows and a spreadsheet reads. */
export function costTable(rows: readonly CostRow[], timeScale: number): Attached {
  const lines = rows.map((row) => [
    ...[row.measuredIn, row.operation, row.level, String(row.virtual), String(row.count)],
    ...[row.medianMs, row.medianBudgetMs, row.worstMs, row.worstBudgetMs].map((ms) =>
      ms === null ? '' : ms.toFixed(2),
    ),
  ]);
  return {
    name: `latencies of the class, virtual ones modelled (time scale ${timeScale})`,
    type: 'text/csv',
    content: [HEADS, ...lines].map((cells) => `${cells.map(quoted).join(',')}\n`).join(''),
  };
}

// A spreadsheet takes a text that begins with one of these for a formula, and phones choose some.
function quoted(cell: string): string {
  const text = /^[=+@\t]/.test(cell) ? `'${cell}` : cell;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
