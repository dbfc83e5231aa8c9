import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productRoot } from '../../product.js';
import { conductDirectly } from '../direct-lane.js';
import { conductRun } from '../nightly.js';
import { prepareRun } from '../preparation.js';
import type { FinishedRun } from '../finish-run.js';
import type { Sabotage, SabotageId } from '../sabotages/index.js';
import { choosePhones, type Candidate } from './choose-phones.js';
import { comparePairs, type JobWord, type SelftestPair } from './compare-pairs.js';

/** What came of one sabotage. */
export interface Trial {
  readonly sabotage: SabotageId;
  readonly pairs: readonly SelftestPair[];
  /** Jobs that turned and were not to. */
  readonly strays: readonly string[];
}

/** The lab that sabotages are tried on. */
export const SELFTEST_LAB = join(productRoot, 'fixtures', 'labs', 'virtual');

/** Puts a sabotage into a run of the shipped lab and says what it turned. */
export async function trySabotage(sabotage: Sabotage): Promise<Trial> {
  const { lab, plan, scenarios } = await prepareRun({ lab: SELFTEST_LAB });
  const candidates = lab.inventory.value.phones.map(
    ({ alias, platform, class: name }): Candidate => {
      return { alias, facts: lab.classes.get(name)?.facts ?? { platform } };
    },
  );
  const phones = choosePhones(sabotage, scenarios, { phones: candidates, jobs: plan.jobs });
  const finished = await conduct(sabotage, phones);
  const factsOf = new Map(candidates.map(({ alias, facts }) => [alias, facts]));
  const jobs = finished.outcomes.flatMap(({ job, outcome }): JobWord[] => {
    const facts = factsOf.get(job.phoneAlias);
    const { scenarioId, phoneAlias } = job;
    return facts === undefined ? [] : [{ scenarioId, phoneAlias, facts, outcome: outcome.outcome }];
  });
  return { sabotage: sabotage.id, ...comparePairs(sabotage, scenarios, jobs) };
}

async function conduct(sabotage: Sabotage, phones: readonly string[]): Promise<FinishedRun> {
  const reports = mkdtempSync(join(tmpdir(), 'attestlab-selftest-'));
  const options = { lab: SELFTEST_LAB, reports, phones, sabotage, timeScale: 0 };
  try {
    return sabotage.scenarios === undefined
      ? await conductDirectly(options)
      : // Whether a scenario runs is up to the test runner, so this one goes through it.
        await conductRun(options, new AbortController().signal);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}
