import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../errors.js';
import { startNode, type Child } from './child-process.js';
import { compiled } from './compiled.js';
import { startRun, type Run, type RunOptions } from './run.js';
import type { TestRunnerOrder } from './test-runner-order.js';

/** A test runner of wdio in a process of its own, loaded and waiting. */
export interface TestRunner extends Child {
  /** Has it work through the run whose variables these are. Once. */
  begin(env: Readonly<Record<string, string>>): void;
}

/** Starts a run and, beside it, the test runner that will work through it. */
export async function startRunWithRunner(
  options: RunOptions,
): Promise<{ readonly run: Run; readonly runner: TestRunner }> {
  const started: TestRunner[] = [];
  try {
    const run = await startRun({
      ...options,
      onFolder: (folder) => void started.push(startTestRunner(folder)),
    });
    const [runner] = started;
    if (runner === undefined) throw new Error('a run without a folder');
    return { run, runner };
  } catch (error) {
    for (const runner of started) await runner.stop(0);
    throw error;
  }
}

function startTestRunner(folder: string): TestRunner {
  const configuration = compiledConfiguration();
  const child = startNode(compiled('test-runner-process'), {
    args: [],
    env: { FORCE_COLOR: '0' },
    cwd: folder,
    log: join(folder, 'wdio.log'),
  });
  return {
    ...child,
    begin(env) {
      // One that has ended already is noticed by its exit code.
      if (!child.process.connected) return;
      child.process.send({ configuration, env } satisfies TestRunnerOrder);
    },
  };
}

// An installed package has no sources, and compiled code starts faster.
function compiledConfiguration(): string {
  const own = fileURLToPath(new URL('../../wdio.conf.js', import.meta.url));
  const built = fileURLToPath(new URL('../../dist/wdio.conf.js', import.meta.url));
  const found = [own, built].find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new HarnessError('ERR_FILE_UNREADABLE', `${built}: is missing; run \`npm run build\``);
}
