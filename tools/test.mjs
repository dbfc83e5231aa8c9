// `npm test`: what is missing on this machine, then every part of the product's own tests, then
// totals over all of them. A part that does not run is a failure. `--but-unit-tests` leaves those to
// whoever runs them on other versions of Node.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attestlab, attestlabOutput, countRun, node, part, total } from './parts.mjs';
import { unitTests, vectorsFolder } from './unit-tests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'attestlab-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const vectors = vectorsFolder(root);

node(root, ['tools/build.mjs', '--if-stale']);
const unfit = attestlab(root, ['doctor']);
if (unfit !== 0) process.exit(unfit);

if (!process.argv.includes('--but-unit-tests')) part('unit tests', () => unitTests(root));
if (vectors === null) {
  process.stdout.write(
    '\ncorpus: not run; ATTESTLAB_VECTORS names no folder with a manifest.json\n',
  );
} else {
  part('corpus', corpus);
}
part('virtual lab', virtualLab);
part('selftest', selftest);
process.exitCode = total();

function corpus() {
  const manifest = join(vectors, 'manifest.json');
  const { status, stdout } = attestlabOutput(root, ['corpus', 'run', manifest, '--json']);
  const last = stdout.trim().split('\n').at(-1);
  const { agree, disagree, unsupported } = JSON.parse(last).summary;
  process.stdout.write(`${agree} agree, ${disagree} disagree, ${unsupported} unsupported\n`);
  // A vector that was not judged has not been passed.
  return { passed: agree, failed: disagree + unsupported, status };
}

function virtualLab() {
  const reports = join(scratch, 'nightly');
  const status = attestlab(root, ['nightly', '--reports', reports]);
  return { ...countRun(reports), status };
}

function selftest() {
  const { status, stdout } = attestlabOutput(root, ['selftest']);
  process.stdout.write(stdout);
  const totals = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
  return { passed: Number(totals?.[1] ?? 0), failed: Number(totals?.[2] ?? 0), status };
}
