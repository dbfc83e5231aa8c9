import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { appInspect } from './app-command.js';
import type { Terminal } from './terminal.js';

/** Where the Android probe is built, and by what. */
export interface ProbeBuild {
  readonly pom: string;
  readonly target: string;
  readonly maven: string;
}

const ANDROID = join(productRoot, 'native-probes', 'android');

/** The build that comes with the product. */
export const shippedBuild: ProbeBuild = {
  pom: join(ANDROID, 'pom.xml'),
  target: join(ANDROID, 'target'),
  maven: 'mvn',
};

/** Builds the Android probe and shows each package that came of it; exits as `app inspect` does. */
export async function probesBuild(
  terminal: Terminal,
  { pom, target, maven }: ProbeBuild = shippedBuild,
): Promise<number> {
  if (!existsSync(pom)) {
    throw new HarnessError(
      'ERR_FILE_UNREADABLE',
      `${pom}: there is no Android probe to build here`,
    );
  }
  const status = await run(maven, ['--batch-mode', '-f', pom, 'package'], terminal);
  if (status !== 0) {
    throw new HarnessError('ERR_FILE_INVALID', `${pom}: Maven ended with exit code ${status}`);
  }
  const packages = readdirSync(target).filter((name) => name.endsWith('.apk'));
  if (packages.length === 0) {
    throw new HarnessError('ERR_FILE_INVALID', `${target}: Maven has left no APK`);
  }
  let exit: number = EXIT.passed;
  for (const name of packages.sort()) {
    const file = join(target, name);
    exit = Math.max(exit, await appInspect({ file }, { terminal, clock: new Date() }));
  }
  return exit;
}

function run(command: string, args: readonly string[], terminal: Terminal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        terminal.err(text);
      });
    }
    child.once('error', (cause) => {
      const missing = `${command} cannot be started: install Maven 3.8 or newer and a JDK 17`;
      reject(new HarnessError('ERR_FILE_UNREADABLE', `${missing} (${cause.message})`, { cause }));
    });
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
