// `npm test`: what is missing on this machine, then every part of the product's own tests, then
// totals over all of them. A part that does not run is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attestlab, attestlabOutput, countRun, node, part, total } from './parts.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'attestlab-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const vectors = vectorsFolder();
if (vectors !== null) process.env.ATTESTLAB_VECTORS = vectors;

node(root, ['tools/build.mjs', '--if-stale']);
const unfit = attestlab(root, ['doctor']);
if (unfit !== 0) process.exit(unfit);

part('unit tests', unitTests);
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

/** The folder of vectors that is named, or the one that stands beside the repository. */
function vectorsFolder() {
  const named = process.env.ATTESTLAB_VECTORS;
  const folder = named ? resolve(named) : join(root, '..', 'shared', 'vectors');
  return existsSync(join(folder, 'manifest.json')) ? folder : null;
}

function unitTests() {
  const file = join(scratch, 'vitest.json');
  const args = ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (!existsSync(file)) return { passed: 0, failed: 0, status: 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
  // What a tool that is absent here keeps from running is said by name, never passed over.
  for (const { assertionResults } of testResults) {
    for (const { status: word, fullName } of assertionResults) {
      if (word !== 'passed' && word !== 'failed') process.stdout.write(`not run: ${fullName}\n`);
    }
  }
  return { passed: numPassedTests, failed: numFailedTests, status };
}

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
