import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Beside this file's own tree: sources next to sources, compiled files next to compiled ones.
const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));
const SPEC = /\.spec\.[jt]s$/;

/** The order of floors: keys first, since everything above stands on them. */
const FLOORS = [
  'hardware-keys',
  'pinning',
  'mutual-tls',
  'attestation',
  'signed-body',
  'monitoring',
  'hooking',
  'cost',
];

/** The product's scenario files, floor by floor. */
export function scenarioFiles(): readonly string[] {
  const rank = (file: string): number => {
    const at = FLOORS.findIndex((floor) => file.startsWith(join(SCENARIOS, floor)));
    return at === -1 ? FLOORS.length : at;
  };
  return readdirSync(SCENARIOS, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && SPEC.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((left, right) => rank(left) - rank(right) || left.localeCompare(right));
}
