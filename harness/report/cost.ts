import { classNames, classOf } from './class-results.js';
import { latencyRows, showMs, type LatencyRow } from './latency.js';
import type { ReportedObservation, ReportedRun } from './read-run.js';

/** What one operation costs on one level of one class. */
export interface CostRow extends LatencyRow {
  readonly className: string;
  /** What the median may be by the expectations, in milliseconds; null where none is stated. */
  readonly medianBudgetMs: number | null;
  /** What no single one may exceed; null where none is stated. */
  readonly worstBudgetMs: number | null;
}

/** Median and worst of each operation per level and class, against the expectations' budgets. */
export function costRows(run: ReportedRun): readonly CostRow[] {
  return classNames(run).flatMap((className) => {
    const measurements = run.measurements.filter(({ phone }) => classOf(phone) === className);
    const judged = run.jobs
      .filter((job) => job.className === className)
      .flatMap(({ observations }) => observations)
      .filter(({ observation }) => observation.kind === 'measurement');
    return latencyRows(measurements).map((row) => ({
      ...row,
      className,
      ...budgetsOf(judged, row),
    }));
  });
}

/** Whether an operation took longer than it may. */
export function isOverBudget(row: CostRow): boolean {
  return (budgetShare(row) ?? 0) > 1;
}

/** How much of its budgets an operation took, the fuller of the two; null where it has none. */
export function budgetShare(row: CostRow): number | null {
  const shares = [
    ...(row.medianBudgetMs === null ? [] : [row.medianMs / row.medianBudgetMs]),
    ...(row.worstBudgetMs === null ? [] : [row.worstMs / row.worstBudgetMs]),
  ];
  return shares.length === 0 ? null : Math.max(...shares);
}

/** The operations that have a budget, the fullest first. */
export function nearestToBudget(rows: readonly CostRow[]): readonly CostRow[] {
  const share = (row: CostRow): number => budgetShare(row) ?? 0;
  return rows
    .filter((row) => budgetShare(row) !== null)
    .sort((left, right) => share(right) - share(left));
}

/** A latency against its budget: `153 of 500`, `510 of 500, exceeded`, or alone where it has none. */
export function showAgainst(ms: number, budgetMs: number | null): string {
  if (budgetMs === null) return showMs(ms);
  return `${showMs(ms)} of ${showMs(budgetMs)}${ms > budgetMs ? ', exceeded' : ''}`;
}

// A scenario observes the usual case under a name that says so; any other budget is a bound for all.
function budgetsOf(
  judged: readonly ReportedObservation[],
  { operation, level }: LatencyRow,
): Pick<CostRow, 'medianBudgetMs' | 'worstBudgetMs'> {
  const own = judged.flatMap(({ name, expected }) =>
    expected?.kind === 'measurement' &&
    expected.operation === operation &&
    (expected.level ?? '-') === level
      ? [{ isMedian: name.endsWith('-median'), budgetMs: expected.budgetMs }]
      : [],
  );
  const least = (budgets: typeof own): number | null =>
    budgets.length === 0 ? null : Math.min(...budgets.map(({ budgetMs }) => budgetMs));
  return {
    medianBudgetMs: least(own.filter(({ isMedian }) => isMedian)),
    worstBudgetMs: least(own.filter(({ isMedian }) => !isMedian)),
  };
}
