import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLOORS } from '../report/floors.js';

// Beside this file's own tree: sources next to sources, compiled files next to compiled ones.
const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));
const SPEC = /\.spec\.[jt]s$/;

/** The product's scenario files, floor by floor. */
export function scenarioFiles(): readonly string[] {
  const rank = (file: string): number => {
    const at = FLOORS.findIndex(({ id }) => file.startsWith(join(SCENARIOS, id)));
    return at === -1 ? FLOORS.length : at;
  };
  return readdirSync(SCENARIOS, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && SPEC.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((left, right) => rank(left) - rank(right) || left.localeCompare(right));
}
