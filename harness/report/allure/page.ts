import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../errors.js';
import { removeQuietly } from '../owned-file.js';
import { RUN_FILES } from '../record.js';

/** What came of rendering the page. */
export type RenderedPage =
  | { readonly rendered: true; readonly ms: number }
  | { readonly rendered: false; readonly why: string };

// What Java says where the folder cannot take the page: the lab's trouble, unlike a machine without Java.
const UNWRITABLE = /No space left on device|Read-only file system|AccessDeniedException/;
const TIMEOUT_MS = 120_000;
const REMEDY = 'apt-get install default-jre-headless, or brew install openjdk';

/**
 * Renders the results in a run's folder as one page that opens from the disk. It takes Java, and
 * where that fails nothing but the page is missing: no verdict rests on it.
 */
export function renderAllurePage(
  runFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): RenderedPage {
  const page = join(runFolder, RUN_FILES.allurePage);
  const started = performance.now();
  const results = join(runFolder, RUN_FILES.allureResults);
  // The program makes an empty page of results that are not there.
  if (!existsSync(results)) return failed(`${results} does not exist`);
  const { error, status, signal, stderr } = spawnSync(
    join(dirname(allurePackage()), 'dist', 'bin', 'allure'),
    [...['generate', results], ...['--single-file', '--clean', '--output', dirname(page)]],
    {
      // The program would otherwise report each use to its makers.
      env: { ...environment, ALLURE_NO_ANALYTICS: 'true', ALLURE_OPTS: jvmOptions(environment) },
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    },
  );
  const problem =
    error?.message ??
    (signal !== null ? `ended by ${signal}` : null) ??
    (status === 0 && existsSync(page) ? null : stderr.trim() || `exit code ${String(status)}`);
  if (problem !== null) {
    removeQuietly(dirname(page));
    if (!UNWRITABLE.test(problem)) return failed(problem);
    const [line = problem] = problem.split('\n').filter((one) => UNWRITABLE.test(one));
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${page}: ${line.trim()}`);
  }
  chmodSync(dirname(page), 0o700);
  chmodSync(page, 0o600);
  return { rendered: true, ms: performance.now() - started };
}

function failed(said: string): RenderedPage {
  const isJavaAbsent = /JAVA_HOME|no 'java' command/.test(said);
  const [line = said] = said.trim().split('\n');
  return { rendered: false, why: isJavaAbsent ? `Java was not found (${REMEDY})` : line };
}

// The program lives for seconds: compiling it thoroughly costs a third more than it saves.
function jvmOptions(environment: Readonly<Record<string, string | undefined>>): string {
  const own = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
  return [environment['ALLURE_OPTS'], own].filter(Boolean).join(' ');
}

function allurePackage(): string {
  return createRequire(import.meta.url).resolve('allure-commandline/package.json');
}
