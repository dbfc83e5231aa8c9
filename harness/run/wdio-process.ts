import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../errors.js';
import { startNode, type Child } from './child-process.js';
import type { Run } from './run.js';

/** Starts the wdio test runner for a run, in a process of its own: it takes over signals and exits. */
export function startTestRunner(
  run: Pick<Run, 'env' | 'folder'>,
  configuration = compiledConfiguration(),
): Child {
  const entry = fileURLToPath(import.meta.resolve('@wdio/cli'));
  return startNode(join(dirname(entry), '..', 'bin', 'wdio.js'), {
    args: ['run', configuration],
    env: { ...run.env, FORCE_COLOR: '0' },
    cwd: run.folder,
    log: join(run.folder, 'wdio.log'),
  });
}

// An installed package has no sources, and compiled code starts faster.
function compiledConfiguration(): string {
  const own = fileURLToPath(new URL('../../wdio.conf.js', import.meta.url));
  const built = fileURLToPath(new URL('../../dist/wdio.conf.js', import.meta.url));
  const found = [own, built].find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new HarnessError('ERR_FILE_UNREADABLE', `${built}: is missing; run \`npm run build\``);
}
