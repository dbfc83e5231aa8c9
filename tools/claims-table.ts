import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadExpectations, type Expectations } from '../harness/expectation/load-expectations.js';
import type { Expectation } from '../harness/expectation/expectation.js';
import { productRoot } from '../harness/product.js';
import { FLOORS, type Floor } from '../harness/report/floors.js';
import { scenarioFiles } from '../harness/run/scenario-files.js';
import {
  collectScenarios,
  type CollectedScenario,
  type ScenarioSabotage,
} from '../harness/run/scenario.js';

const START = '<!-- claims: written by npm run generate -->';
const END = '<!-- end of claims -->';

/** `scenarios/README.md` with the claims of every floor as the scenarios and expectations say now. */
export async function claimsFiles(): Promise<ReadonlyMap<string, string>> {
  const scenarios = await collectScenarios(scenarioFiles());
  const expectations = loadExpectations(join(productRoot, 'fixtures/expectations'), []);
  const text = readFileSync(join(productRoot, 'scenarios/README.md'), 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start === -1 || end < start) throw new Error(`scenarios/README.md lacks ${START} or ${END}`);
  const claims = FLOORS.map((floor) => floorClaims(floor, scenarios, expectations)).join('\n\n');
  const written = `${text.slice(0, start)}${START}\n\n${claims}\n\n${text.slice(end)}`;
  return new Map([['README.md', written]]);
}

function floorClaims(
  floor: Floor,
  scenarios: readonly CollectedScenario[],
  expectations: Expectations,
): string {
  const lines = scenarios
    .filter((scenario) => scenario.floor === floor.id)
    .map((scenario) => [
      `- **${scenario.title}**: \`${scenario.id}\``,
      `  - decided by ${decidedBy(scenario.id, expectations).join(', ')}`,
      `  - turned by ${scenario.sabotages.map((named) => `\`${sabotageOf(named)}\``).join(', ')}`,
    ]);
  const body = lines.length > 0 ? lines.flat().join('\n') : 'No scenario yet.';
  return `### ${floor.title}: ${floor.question.toLowerCase()}\n\n${body}`;
}

function sabotageOf(named: ScenarioSabotage): string {
  return typeof named === 'string' ? named : named.sabotage;
}

// Over all classes: one may refuse by a check that another does not have.
function decidedBy(scenarioId: string, expectations: Expectations): readonly string[] {
  const expected = expectations.classes
    .map((name) => expectations.find({ class: name, scenarioId }) ?? {})
    .flatMap((named) => Object.values(named));
  return [...new Set(expected.flatMap(deciders))].sort();
}

function deciders(expected: Expectation): readonly string[] {
  switch (expected.kind) {
    case 'appraisal':
    case 'response': {
      const checks = [...expected.failing, ...expected.undetermined];
      if (checks.length > 0) return checks.map((id) => `\`${id}\``);
      return ['every check that policy requires, passed'];
    }
    case 'wire':
      return ['the bytes that the interceptor reads'];
    case 'ladder':
      return ['the rungs, their errors and the level obtained'];
    case 'measurement':
      return ['a budget'];
    case 'signals':
      return [...expected.raised, ...expected.quiet].map((id) => `the signal \`${id}\``);
    case 'operation':
      return [`the answer to \`${expected.operation}\``];
  }
}
