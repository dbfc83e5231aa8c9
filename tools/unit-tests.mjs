// The unit tests as a part: run with one Node, counted, and what did not run named.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';

/** The folder of shared vectors that is named, or the one that stands beside the repository. */
export function vectorsFolder(root) {
  const named = process.env.ATTESTLAB_VECTORS;
  const folder = named ? resolve(named) : join(root, '..', 'shared', 'vectors');
  return existsSync(join(folder, 'manifest.json')) ? folder : null;
}

/** Runs the unit tests with a Node, this process's own where none is named, and counts them. */
export function unitTests(root, binary = process.execPath) {
  const scratch = mkdtempSync(join(tmpdir(), 'attestlab-units-'));
  try {
    const file = join(scratch, 'vitest.json');
    const args = ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
    const { status } = spawnSync(
      binary,
      [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment(root, binary) },
    );
    return existsSync(file)
      ? { ...counted(root, file), status }
      : { passed: 0, failed: 0, status: 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

// Whatever a test starts by the name `node` is this Node too.
function environment(root, binary) {
  const path = `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`;
  const vectors = vectorsFolder(root);
  return {
    ...process.env,
    PATH: path,
    ...(vectors === null ? {} : { ATTESTLAB_VECTORS: vectors }),
  };
}

function counted(root, file) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
  // What a tool that is absent here keeps from running is said by name, never passed over.
  const notRun = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.length === 0
      ? [`all of ${relative(root, name)}`]
      : assertionResults
          .filter(({ status }) => status !== 'passed' && status !== 'failed')
          .map(({ fullName }) => fullName),
  );
  for (const what of notRun) process.stdout.write(`not run: ${what}\n`);
  return { passed: numPassedTests, failed: numFailedTests };
}
