import { cpus, loadavg } from 'node:os';
import { appraisal } from './bench/appraisal.js';
import type { Figure } from './bench/figure.js';
import { kotlinProbe } from './bench/kotlin-probe.js';
import { monitoring } from './bench/monitoring.js';
import { nightlyOverhead } from './bench/nightly-overhead.js';
import { relyingParty } from './bench/relying-party.js';

// `npm run bench` measures every figure, `npm run bench -- NAME...` those that are named. A figure is
// a ratio of things measured in the same process or in turns, so that it means the same elsewhere.
const FIGURES: readonly Figure[] = [
  appraisal,
  kotlinProbe,
  monitoring,
  nightlyOverhead,
  relyingParty,
];

const named = process.argv.slice(2);
const unknown = named.find((name) => !FIGURES.some((figure) => figure.name === name));
if (unknown !== undefined) {
  const known = FIGURES.map(({ name }) => name).join(', ');
  process.stderr.write(`bench: no figure "${unknown}"\nremedy: one of ${known}, or none for all\n`);
  process.exit(2);
}

const { platform, arch, versions } = process;
const load = loadavg().map((average) => average.toFixed(1));
process.stdout.write(
  `Node ${versions.node}, ${platform} ${arch}, ${cpus().length} cores, load ${load.join(' ')}\n`,
);
for (const figure of FIGURES) {
  if (named.length > 0 && !named.includes(figure.name)) continue;
  process.stdout.write(`\n${figure.name}\n`);
  try {
    await figure.measure((text) => void process.stdout.write(text));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`bench: ${figure.name}: ${message}\n`);
    process.exitCode = 1;
  }
}
