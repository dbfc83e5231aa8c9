import type { OutcomeWord } from '../../expectation/outcome.js';
import { unmetCondition, type Facts } from '../../farm/facts.js';
import type { JobOutcome } from '../conductor.js';
import type { Sabotage, SabotageId } from '../sabotages/index.js';
import type { ScenarioDeclaration } from '../scenario.js';

/** A scenario with a sabotage that it names, and whether each phone noticed as it should. */
export interface SelftestPair {
  readonly scenario: string;
  readonly sabotage: SabotageId;
  /** What is wrong; empty where the outcome turned on each phone that the sabotage shows on. */
  readonly problems: readonly string[];
}

/** What a job came to, as far as a sabotage may turn it. */
export type JobWord = Pick<JobOutcome['job'], 'scenarioId' | 'phoneAlias'> & {
  /** The facts of the phone's class. */
  readonly facts: Facts;
  readonly outcome: OutcomeWord;
};

/** What of a sabotage says where it shows. */
export type Reach = Pick<Sabotage, 'id' | 'platforms'>;

/** What of a scenario says what turns it. */
export type Turnable = Pick<ScenarioDeclaration, 'id' | 'sabotages'>;

/** Whether a sabotage must turn a scenario on phones with these facts. */
export function mustTurn(sabotage: Reach, scenario: Turnable, facts: Facts): boolean {
  return scenario.sabotages.some((named) => {
    const { sabotage: id, on } = typeof named === 'string' ? { sabotage: named, on: {} } : named;
    return (
      id === sabotage.id &&
      sabotage.platforms.includes(facts.platform) &&
      unmetCondition(on, facts) === null
    );
  });
}

/** Whether a scenario names a sabotage, wherever it shows. */
export function names({ sabotages }: Turnable, id: SabotageId): boolean {
  return sabotages.some((named) => (typeof named === 'string' ? named : named.sabotage) === id);
}

/**
 * Holds a sabotaged run against what its sabotage must turn: the scenarios that name it, on the
 * phones where it shows, and nothing else. A test that any defect turns would prove nothing.
 */
export function comparePairs(
  sabotage: Reach,
  scenarios: readonly Turnable[],
  jobs: readonly JobWord[],
): { readonly pairs: readonly SelftestPair[]; readonly strays: readonly string[] } {
  const turns = (job: JobWord): boolean =>
    scenarios.some(
      (scenario) => scenario.id === job.scenarioId && mustTurn(sabotage, scenario, job.facts),
    );
  const naming = scenarios.filter((scenario) => names(scenario, sabotage.id));
  const pairs = naming.map(({ id }): SelftestPair => {
    const own = jobs.filter((job) => job.scenarioId === id && turns(job));
    const unmoved = own.filter(({ outcome }) => !TURNED.has(outcome));
    const problems = unmoved.map(({ phoneAlias, outcome }) => `${phoneAlias}: still ${outcome}`);
    return {
      scenario: id,
      sabotage: sabotage.id,
      problems: own.length === 0 ? ['no phone of the lab shows it'] : problems,
    };
  });
  const strays = jobs
    .filter((job) => !turns(job) && !AS_EXPECTED.has(job.outcome))
    .map(({ scenarioId, phoneAlias, outcome }) => `${scenarioId} on ${phoneAlias}: ${outcome}`);
  return { pairs, strays };
}

// A scenario that broke is no proof: the defect must be seen, or the scenario be missed.
const TURNED: ReadonlySet<OutcomeWord> = new Set(['unmet', 'not-run']);
const AS_EXPECTED: ReadonlySet<OutcomeWord> = new Set(['met', 'bypassed-as-expected']);
