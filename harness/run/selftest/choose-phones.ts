import type { Facts } from '../../farm/facts.js';
import type { RunRecord } from '../../report/record.js';
import { mustTurn, type Reach, type Turnable } from './compare-pairs.js';

/** A phone of the lab that sabotages are tried on. */
export interface Candidate {
  readonly alias: string;
  /** The facts of its class. */
  readonly facts: Facts;
}

/**
 * The phones that show a sabotage: the first of each platform, which must notice what concerns them
 * and nothing else, and one more for each scenario that none of those can turn.
 */
export function choosePhones(
  sabotage: Reach,
  scenarios: readonly Turnable[],
  lab: { readonly phones: readonly Candidate[]; readonly jobs: RunRecord['plan']['jobs'] },
): readonly string[] {
  const firsts = lab.phones.filter(
    ({ facts }, index) =>
      lab.phones.findIndex((other) => other.facts.platform === facts.platform) === index,
  );
  const chosen = new Set(firsts);
  for (const scenario of scenarios) {
    const turned = lab.phones.filter(
      ({ alias, facts }) =>
        mustTurn(sabotage, scenario, facts) &&
        lab.jobs.some((job) => job.phoneAlias === alias && job.scenarioId === scenario.id),
    );
    const [first] = turned;
    if (first !== undefined && !turned.some((phone) => chosen.has(phone))) chosen.add(first);
  }
  return [...chosen].map(({ alias }) => alias);
}
