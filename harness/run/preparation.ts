import { resolve } from 'node:path';
import { loadExpectations, type Expectations } from '../expectation/load-expectations.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { planRun } from '../farm/plan.js';
import type { RunRecord } from '../report/record.js';
import type { AppraisalPolicy } from '../verifier/index.js';
import { labPolicy, virtualPhones } from './compose.js';
import { collectScenarios, type CollectedScenario } from './scenario.js';
import { scenarioFiles } from './scenario-files.js';

/** What is known of a run before anything is started. */
export interface Preparation {
  readonly lab: Lab;
  readonly policy: AppraisalPolicy;
  readonly scenarios: readonly CollectedScenario[];
  readonly plan: RunRecord['plan'];
  readonly expectations: Expectations;
}

/** Reads a lab and plans its run; whatever is wrong with the lab's files ends here. */
export async function prepareRun(options: {
  readonly lab: string;
  readonly reports?: string;
}): Promise<Preparation> {
  const stated = loadLab(options.lab);
  const { reports } = options;
  const lab = reports === undefined ? stated : { ...stated, reportsFolder: resolve(reports) };
  const policy = labPolicy(lab);
  virtualPhones(lab);
  const scenarios = await collectScenarios(scenarioFiles());
  const { classes, inventory, scenarios: select } = lab;
  const plan = planRun({ scenarios, classes, select, phones: inventory.value.phones });
  const expectations = loadExpectations(lab.expectationsFolder, plan.jobs);
  return { lab, policy, scenarios, plan, expectations };
}
