import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RUN_FILES } from '../record.js';

/** What came of rendering the page. */
export type RenderedPage =
  | { readonly rendered: true; readonly ms: number }
  | { readonly rendered: false; readonly why: string };

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
  if (error !== undefined) return failed(error.message);
  if (signal !== null) return failed(`ended by ${signal}`);
  if (status !== 0 || !existsSync(page)) {
    return failed(stderr.trim() === '' ? `exit code ${String(status)}` : stderr);
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
