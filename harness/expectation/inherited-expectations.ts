import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadYamlFolder, type Configured } from '../configuration.js';
import {
  expectationFileSchema,
  type Expectation,
  type ExpectationFile,
  type ScenarioExpectations,
} from './expectation.js';

type Files = ReadonlyMap<string, Configured<ExpectationFile>>;

/** The expectations of one class: its own, and beneath them those that it inherits. */
export type ClassExpectations = ReadonlyMap<string, ScenarioExpectations>;

/** Files that classes share, by name; none where the folder has no `shared/`. */
export function loadSharedExpectations(folder: string): Files {
  const shared = join(folder, 'shared');
  return existsSync(shared) ? loadYamlFolder(shared, expectationFileSchema) : new Map();
}

/**
 * Puts a file's expectations over those of the files that it extends. Observations are replaced as a
 * whole: half of one would be an expectation that nobody has written down.
 */
export function inheritedExpectations(
  file: Configured<ExpectationFile>,
  shared: Files,
  above: readonly string[] = [],
): ClassExpectations {
  const merged = new Map<string, ScenarioExpectations>();
  for (const [index, name] of file.value.extends.entries()) {
    const parent = shared.get(name);
    if (parent === undefined) {
      const known = [...shared.keys()].join(', ');
      throw file.invalid(['extends', index], `no shared/${name}.yaml; there are: ${known}`);
    }
    if (above.includes(name)) {
      throw file.invalid(['extends', index], `"${name}" extends itself`);
    }
    const inherited = inheritedExpectations(parent, shared, [...above, name]);
    for (const [scenario, named] of inherited) putOver(merged, scenario, named);
  }
  for (const [scenario, named] of Object.entries(file.value.scenarios)) {
    putOver(merged, scenario, named);
    if (Object.keys(merged.get(scenario) ?? {}).length === 0) {
      throw file.invalid(['scenarios', scenario], 'nothing is left of what it inherits');
    }
  }
  return merged;
}

function putOver(
  merged: Map<string, ScenarioExpectations>,
  scenario: string,
  named: Readonly<Record<string, Expectation | null>>,
): void {
  const entries = new Map(Object.entries(merged.get(scenario) ?? {}));
  for (const [name, expectation] of Object.entries(named)) {
    if (expectation === null) entries.delete(name);
    else entries.set(name, expectation);
  }
  merged.set(scenario, Object.fromEntries(entries));
}
