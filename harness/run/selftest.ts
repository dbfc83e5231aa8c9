import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import type { OutcomeWord } from '../expectation/outcome.js';
import { productRoot } from '../product.js';
import type { JobOutcome } from './conductor.js';
import { conductRun } from './nightly.js';
import { SABOTAGES, type Sabotage, type SabotageId } from './sabotages/index.js';
import { collectScenarios, type ScenarioDeclaration } from './scenario.js';
import { scenarioFiles } from './scenario-files.js';

/** A scenario with a sabotage that it names, and whether each phone noticed as it should. */
export interface SelftestPair {
  readonly scenario: string;
  readonly sabotage: SabotageId;
  /** What is wrong; empty where the outcome turned on each phone that the sabotage shows on. */
  readonly problems: readonly string[];
}

/** What a job came to, as far as a sabotage may turn it. */
export type JobWord = Pick<JobOutcome['job'], 'scenarioId' | 'phoneAlias'> & {
  readonly platform: 'android' | 'ios';
  readonly outcome: OutcomeWord;
};

/**
 * Holds a sabotaged run against what its sabotage must turn: the scenarios that name it, on the
 * platforms where it shows, and nothing else. A test that any defect turns would prove nothing.
 */
export function comparePairs(
  sabotage: Pick<Sabotage, 'id' | 'platforms'>,
  scenarios: readonly Pick<ScenarioDeclaration, 'id' | 'sabotages'>[],
  jobs: readonly JobWord[],
): { readonly pairs: readonly SelftestPair[]; readonly strays: readonly string[] } {
  const naming = scenarios.filter(({ sabotages }) => sabotages.includes(sabotage.id));
  const mustTurn = ({ scenarioId, platform }: JobWord): boolean =>
    sabotage.platforms.includes(platform) && naming.some(({ id }) => id === scenarioId);
  const pairs = naming.map(({ id }): SelftestPair => {
    const own = jobs.filter((job) => job.scenarioId === id && mustTurn(job));
    const unmoved = own.filter(({ outcome }) => !TURNED.has(outcome));
    const problems = unmoved.map(({ phoneAlias, outcome }) => `${phoneAlias}: still ${outcome}`);
    return {
      scenario: id,
      sabotage: sabotage.id,
      problems: own.length === 0 ? ['no phone of the lab shows it'] : problems,
    };
  });
  const strays = jobs
    .filter((job) => !mustTurn(job) && job.outcome !== 'met')
    .map(({ scenarioId, phoneAlias, outcome }) => `${scenarioId} on ${phoneAlias}: ${outcome}`);
  return { pairs, strays };
}

// A scenario that broke is no proof: the defect must be seen, or the scenario be missed.
const TURNED: ReadonlySet<OutcomeWord> = new Set(['unmet', 'not-run']);

/** Runs the shipped lab once for each sabotage, and says which pairs turn and which do not. */
export async function runSelftest(options: { readonly only?: string }): Promise<ExitCode> {
  const chosen = SABOTAGES.filter(({ id }) => options.only === undefined || id === options.only);
  if (chosen.length === 0) {
    throw new HarnessError('ERR_USAGE', `there is no sabotage "${String(options.only)}"`);
  }
  const scenarios = await collectScenarios(scenarioFiles());
  const reports = mkdtempSync(join(tmpdir(), 'attestlab-selftest-'));
  let [passed, failed] = [0, 0];
  try {
    for (const sabotage of chosen) {
      const { pairs, strays } = await trySabotage(sabotage, scenarios, reports);
      for (const { scenario, problems } of pairs) {
        if (problems.length === 0) passed += 1;
        else failed += 1;
        const word = problems.length === 0 ? 'turns' : 'DOES NOT TURN';
        process.stdout.write(`${sabotage.id}  ${word}  ${scenario}\n`);
        for (const problem of problems) process.stdout.write(`    ${problem}\n`);
      }
      failed += strays.length;
      for (const stray of strays) {
        process.stdout.write(`${sabotage.id}  TURNS UNASKED  ${stray}\n`);
      }
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? EXIT.passed : EXIT.unexpectedVerdict;
}

async function trySabotage(
  sabotage: Sabotage,
  scenarios: readonly ScenarioDeclaration[],
  reports: string,
): Promise<ReturnType<typeof comparePairs>> {
  const lab = join(productRoot, 'fixtures', 'labs', 'virtual');
  const finished = await conductRun({ lab, reports, sabotage }, new AbortController().signal);
  const platforms = new Map(
    finished.record.phones.map(({ alias, platform }) => [alias, platform] as const),
  );
  const jobs = finished.outcomes.map(({ job, outcome }): JobWord => {
    const { scenarioId, phoneAlias } = job;
    const platform = platforms.get(phoneAlias) ?? 'android';
    return { scenarioId, phoneAlias, platform, outcome: outcome.outcome };
  });
  return comparePairs(sabotage, scenarios, jobs);
}
