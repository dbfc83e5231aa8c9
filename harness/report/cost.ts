import { classNames, classOf } from './class-results.js';
import { latencyRows, type LatencyRow } from './latency.js';
import type { ReportedRun } from './read-run.js';

/** What one operation costs on one level of one class. */
export interface CostRow extends LatencyRow {
  readonly className: string;
  /** The expectation's budget in milliseconds; null where none is stated. */
  readonly budgetMs: number | null;
}

/** Median and worst of each operation per level and class, against the expectations' budgets. */
export function costRows(run: ReportedRun): readonly CostRow[] {
  return classNames(run).flatMap((className) => {
    const measurements = run.measurements.filter(({ phone }) => classOf(phone) === className);
    return latencyRows(measurements).map((row) => ({
      ...row,
      className,
      budgetMs: budgetOf(run, className, row),
    }));
  });
}

/** Whether an operation took longer than it may. */
export function isOverBudget({ budgetMs, worstMs }: CostRow): boolean {
  return budgetMs !== null && worstMs > budgetMs;
}

function budgetOf(run: ReportedRun, className: string, row: LatencyRow): number | null {
  const budgets = run.jobs
    .filter((job) => job.className === className)
    .flatMap(({ observations }) =>
      observations.flatMap(({ expected }) =>
        expected?.kind === 'measurement' &&
        expected.operation === row.operation &&
        (expected.level ?? '-') === row.level
          ? [expected.budgetMs]
          : [],
      ),
    );
  return budgets.length === 0 ? null : Math.min(...budgets);
}
