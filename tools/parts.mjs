// Parts of the product's own tests: how each is started, counted and summed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sum = { passed: 0, failed: 0 };

/** Outcomes of a job that are as expected: no waiver stands in the product's own lab. */
const AS_EXPECTED = new Set(['met', 'bypassed-as-expected']);

/** Runs Node in the product's folder, output shown; ends this process where it fails. */
export function node(root, args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs the built command, output shown, and answers its exit code. */
export function attestlab(root, args) {
  const command = [join(root, 'bin', 'attestlab.js'), ...args];
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status ?? 1;
}

/** Runs the built command and answers its exit code and what it wrote to stdout. */
export function attestlabOutput(root, args) {
  const command = [join(root, 'bin', 'attestlab.js'), ...args];
  const { status, stdout } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return { status: status ?? 1, stdout };
}

/**
 * Runs a part, prints its totals and adds them up. A part that ends badly without a failed test of
 * its own, or that counted nothing, counts as one failure: nothing ran is not the same as passed.
 */
export function part(name, run) {
  process.stdout.write(`\n== ${name}\n`);
  const { passed, failed, status } = run();
  const isSilent = failed === 0 && (status !== 0 || passed === 0);
  const counted = { passed, failed: isSilent ? 1 : failed };
  sum.passed += counted.passed;
  sum.failed += counted.failed;
  process.stdout.write(`${name}: ${counted.passed} passed, ${counted.failed} failed\n`);
}

/** Prints the totals of all parts and answers the exit code. */
export function total() {
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed\n`);
  return sum.failed === 0 ? 0 : 1;
}

/** Outcomes of the planned jobs of the one run in a reports folder. */
export function countRun(reports) {
  const runs = join(reports, 'runs');
  const [id] = readdirSync(runs);
  const lines = readFileSync(join(runs, id, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const journal = lines.map((line) => JSON.parse(line));
  const planned = journal.find((line) => line.type === 'plan').plan.jobs.length;
  const passed = journal.filter(
    (line) => line.type === 'outcome' && AS_EXPECTED.has(line.outcome.outcome),
  ).length;
  return { passed, failed: planned - passed };
}
