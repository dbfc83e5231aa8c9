import { resolve } from 'node:path';
import { loadExpectations, type Expectations } from '../expectation/load-expectations.js';
import { HarnessError } from '../errors.js';
import type { Inventory } from '../farm/inventory.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { planRun } from '../farm/plan.js';
import { playLevers } from '../farm/play-integrity.js';
import type { RunRecord } from '../report/record.js';
import type { AppraisalPolicy } from '../verifier/index.js';
import type { KotlinBuild } from '../virtual-lab/jvm/kotlin-build.js';
import { virtualPhones } from './compose.js';
import { labPolicy } from './lab-policy.js';
import { openPlayIntegrity } from './play-integrity.js';
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

/** Which lab, and what is otherwise than its files say. */
export interface PreparationOptions {
  /** The lab's folder, or its `lab.yaml`. */
  readonly lab: string;
  /** Where the run's folder goes, if not where the lab says. */
  readonly reports?: string;
  /** Aliases of the phones to run on, if not on all. */
  readonly phones?: readonly string[];
  /** What modelled latencies are multiplied by, if not by what the lab says. */
  readonly timeScale?: number;
  /** The Kotlin probe, to run on JVMs in the place of its model on virtual Android phones. */
  readonly kotlin?: KotlinBuild;
}

/** Reads a lab and plans its run; whatever is wrong with the lab's files ends here. */
export async function prepareRun(options: PreparationOptions): Promise<Preparation> {
  const stated = loadLab(options.lab);
  virtualPhones(stated);
  const lab = withOptions(stated, options);
  if (options.kotlin !== undefined) refuseKotlin(lab);
  const policy = labPolicy(lab);
  const scenarios = await collectScenarios(scenarioFiles());
  const { classes, inventory, scenarios: select } = lab;
  const plan = planRun({
    ...{ scenarios, classes, select, phones: inventory.value.phones },
    levers: playLevers(lab.playIntegrity),
    kotlin: options.kotlin !== undefined,
  });
  openPlayIntegrity(lab.playIntegrity);
  const expectations = loadExpectations(lab.expectationsFolder, plan.jobs);
  return { lab, policy, scenarios, plan, expectations };
}

/** The package name of the Kotlin probe, which its manifest states. */
const KOTLIN_PACKAGE = 'org.attestlab.probe';

function refuseKotlin(lab: Lab): void {
  const refuse = (why: string): never => {
    throw new HarnessError('ERR_USAGE', `--probe jvm: ${why}`);
  };
  if (!virtualPhones(lab).some(({ platform }) => platform === 'android')) {
    refuse('no virtual Android phone is to run it');
  }
  const [app = ''] = lab.referenceValues.android.packages;
  if (app !== KOTLIN_PACKAGE) refuse(`the probe is ${KOTLIN_PACKAGE}, and the lab's is ${app}`);
}

function withOptions(lab: Lab, { reports, phones, timeScale }: PreparationOptions): Lab {
  return {
    ...lab,
    ...(reports === undefined ? {} : { reportsFolder: resolve(reports) }),
    ...(timeScale === undefined ? {} : { timeScale }),
    ...(phones === undefined ? {} : { inventory: onlyPhones(lab, phones) }),
  };
}

function onlyPhones({ inventory, file }: Lab, wanted: readonly string[]): Inventory {
  const { phones } = inventory.value;
  const unknown = wanted.find((alias) => !phones.some((phone) => phone.alias === alias));
  if (unknown !== undefined) {
    const known = phones.map(({ alias }) => alias).join(', ');
    const message = `${file} has no phone "${unknown}"; its phones: ${known}`;
    throw new HarnessError('ERR_USAGE', message);
  }
  const kept = phones.filter(({ alias }) => wanted.includes(alias));
  return { ...inventory, value: { ...inventory.value, phones: kept } };
}
