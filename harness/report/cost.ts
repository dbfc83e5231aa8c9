import type { ObservationOf } from '../expectation/observation.js';
import { classNames, classOf } from './class-results.js';
import { latencyRows, showMs, type LatencyRow } from './latency.js';
import type { Measurement, ReportedObservation, ReportedRun } from './read-run.js';

/** What one operation costs on one level of one class. */
export interface CostRow extends LatencyRow {
  readonly className: string;
  /**
   * Budgets are for what the cost scenarios measure, which do each operation in its usual form. Other
   * scenarios do it in others, such as RSA keys that take many times as long: theirs have no budget.
   */
  readonly measuredIn: 'cost-scenarios' | 'other-scenarios';
  /** What the median may be by the expectations, in milliseconds; null where none is stated. */
  readonly medianBudgetMs: number | null;
  /** What no single one may exceed; null where none is stated. */
  readonly worstBudgetMs: number | null;
}

/** What operations cost per level and class: first what has budgets, then what other scenarios took. */
export function costRows(run: ReportedRun): readonly CostRow[] {
  const { jobs } = run.record.plan;
  const cost = new Set(
    jobs.flatMap(({ floor, scenarioId }) => (floor === COST_FLOOR ? [scenarioId] : [])),
  );
  const isCost = ({ scenario }: Measurement): boolean => scenario !== null && cost.has(scenario);
  return classNames(run).flatMap((className) => {
    const measurements = run.measurements.filter(({ phone }) => classOf(phone) === className);
    const others = measurements.filter((one) => !isCost(one));
    return [
      ...judgedRows(run, { className, measurements: measurements.filter(isCost) }),
      ...latencyRows(others).map((row) => ({
        ...row,
        className,
        ...({ measuredIn: 'other-scenarios', medianBudgetMs: null, worstBudgetMs: null } as const),
      })),
    ];
  });
}

const COST_FLOOR = 'cost';

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

// The figures are those that were judged, of each phone by itself: of a class, the slowest one's.
function judgedRows(
  run: ReportedRun,
  of: { readonly className: string; readonly measurements: readonly Measurement[] },
): readonly CostRow[] {
  const { className, measurements } = of;
  const jobs = run.jobs.filter((job) => job.floor === COST_FLOOR && job.className === className);
  const seen = jobs.flatMap(({ phone, observations }) =>
    observations.flatMap(({ name, observation, expected }) =>
      observation.kind === 'measurement'
        ? [{ phone, isMedian: name.endsWith('-median'), observation, expected }]
        : [],
    ),
  );
  return latencyRows(measurements).flatMap((row): CostRow[] => {
    const own = seen.filter(
      ({ observation, phone }) =>
        observation.operation === row.operation &&
        (observation.level ?? '-') === row.level &&
        phone.virtual === row.virtual,
    );
    // An observation under a name that says so is the usual case; any other is a bound for all.
    const medians = own.filter(({ isMedian }) => isMedian);
    const bounds = own.filter(({ isMedian }) => !isMedian);
    return [
      {
        ...row,
        className,
        measuredIn: 'cost-scenarios',
        medianMs: slowest(medians) ?? row.medianMs,
        worstMs: slowest(bounds) ?? row.worstMs,
        medianBudgetMs: leastBudget(medians),
        worstBudgetMs: leastBudget(bounds),
      },
    ];
  });
}

interface Judged {
  readonly observation: ObservationOf<'measurement'>;
  readonly expected: ReportedObservation['expected'];
}

function slowest(judged: readonly Judged[]): number | null {
  return judged.length === 0 ? null : Math.max(...judged.map(({ observation }) => observation.ms));
}

function leastBudget(judged: readonly Judged[]): number | null {
  const budgets = judged.flatMap(({ expected }) =>
    expected?.kind === 'measurement' ? [expected.budgetMs] : [],
  );
  return budgets.length === 0 ? null : Math.min(...budgets);
}
