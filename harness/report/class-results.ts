import { combineOutcomes, type Outcome } from '../expectation/outcome.js';
import type { ReportedJob, ReportedRun } from './read-run.js';
import type { PhoneRecord } from './record.js';

/** One scenario on one class of phones: what reports that compare classes show. */
export interface ClassResult {
  readonly scenarioId: string;
  readonly floor: string;
  readonly title: string;
  readonly className: string;
  readonly platform: PhoneRecord['platform'];
  /** The jobs of the class's phones, by alias; none where the scenario does not apply. */
  readonly units: readonly ReportedJob[];
  /** The worst unit's, with every difference of all; null where there is no unit. */
  readonly outcome: Outcome | null;
  /** Units that the scenario does not apply to, with the fact that says so. */
  readonly unmatched: readonly { readonly phone: PhoneRecord; readonly why: string }[];
}

/**
 * Every scenario of the plan on every class that was in the run. A class is what the phones measured:
 * a failing phone must not hide behind a passing one, nor a drifted one count for its old class.
 */
export function classResults(run: ReportedRun): readonly ClassResult[] {
  const scenarios = plannedScenarios(run);
  return classNames(run).flatMap((className) => {
    const phones = run.record.phones.filter((phone) => classOf(phone) === className);
    const [first] = phones;
    if (first === undefined) return [];
    return scenarios.flatMap((scenario) => {
      const result = oneResult(run, phones, scenario.scenarioId);
      if (result.units.length + result.unmatched.length === 0) return [];
      return [{ ...scenario, className, platform: first.platform, ...result }];
    });
  });
}

/** The class of a phone as reports name it. */
export function classOf(phone: PhoneRecord): string {
  return phone.class ?? phone.declaredClass;
}

/** The classes of the run's phones, in the inventory's order. */
export function classNames({ record }: ReportedRun): readonly string[] {
  return [...new Set(record.phones.map(classOf))];
}

function oneResult(
  run: ReportedRun,
  phones: readonly PhoneRecord[],
  scenarioId: string,
): Pick<ClassResult, 'units' | 'unmatched' | 'outcome'> {
  const aliases = new Map(phones.map((phone) => [phone.alias, phone]));
  const units = run.jobs
    .filter((job) => job.scenarioId === scenarioId && aliases.has(job.phone.alias))
    .sort((left, right) => (left.phone.alias < right.phone.alias ? -1 : 1));
  const unmatched = run.record.plan.unmatched.flatMap((pair) => {
    const phone = aliases.get(pair.phoneAlias);
    return pair.scenarioId === scenarioId && phone !== undefined ? [{ phone, why: pair.why }] : [];
  });
  const outcome = units.length === 0 ? null : combineOutcomes(units.map((unit) => unit.outcome));
  return { units, unmatched, outcome };
}

// A scenario that no phone could run is named by the pairs alone, which hold no title.
function plannedScenarios({
  jobs,
  record,
}: ReportedRun): readonly Pick<ClassResult, 'scenarioId' | 'floor' | 'title'>[] {
  const found = new Map<string, Pick<ClassResult, 'scenarioId' | 'floor' | 'title'>>();
  for (const { scenarioId, floor, title } of jobs) {
    if (!found.has(scenarioId)) found.set(scenarioId, { scenarioId, floor, title });
  }
  for (const { scenarioId } of record.plan.unmatched) {
    const floor = scenarioId.split('/')[0] ?? scenarioId;
    if (!found.has(scenarioId)) found.set(scenarioId, { scenarioId, floor, title: scenarioId });
  }
  return [...found.values()];
}
