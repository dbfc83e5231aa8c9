import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productRoot } from '../../product.js';
import type { Format } from '../../verifier/index.js';
import type { AdapterCommand } from './adapter-process.js';

/** A public verifier that the product has an adapter for. */
export interface ShippedPeer {
  readonly name: string;
  readonly version: string;
  readonly runsOn: 'node' | 'java';
  readonly formats: readonly Format[];
}

/** The public verifiers, in the versions that `PEERS.md` speaks of. */
export const SHIPPED_PEERS: readonly ShippedPeer[] = [
  {
    ...{ name: '@simplewebauthn/server', version: '14.0.3', runsOn: 'node' },
    formats: ['android-key'],
  },
  {
    ...{ name: 'node-app-attest', version: '1.0.1', runsOn: 'node' },
    formats: ['app-attest-attestation', 'app-attest-assertion'],
  },
  {
    ...{ name: 'appattest-checker-node', version: '1.0.3', runsOn: 'node' },
    formats: ['app-attest-attestation', 'app-attest-assertion'],
  },
  {
    ...{ name: 'webauthn4j-appattest', version: '0.31.2.RELEASE', runsOn: 'java' },
    formats: ['app-attest-attestation', 'app-attest-assertion'],
  },
  {
    ...{ name: 'devicecheck-appattest', version: '0.9.6', runsOn: 'java' },
    formats: ['app-attest-attestation', 'app-attest-assertion', 'app-attest-receipt'],
  },
];

/** The Maven project of the peers on Java. */
export const JAVA_PROJECT = join(productRoot, 'tools', 'peers', 'java');

const JAVA_CLASSES = join(JAVA_PROJECT, 'target', 'classes');

/** Where a peer cannot run: why, and what mends it. */
export interface Missing {
  readonly problem: string;
  readonly remedy: string;
}

/** How to start a peer's adapter, or what is missing for it. */
export function commandFor(
  { name, version, runsOn }: ShippedPeer,
  timeoutMs: number,
): AdapterCommand | Missing {
  if (runsOn === 'node') {
    if (!isInstalled(name)) {
      return {
        problem: 'its package is not installed',
        remedy: `npm install --save-dev --save-exact ${name}@${version}`,
      };
    }
    return { name, command: process.execPath, args: [adapterProgram(), name], timeoutMs };
  }
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) {
    return { problem: 'there is no java', remedy: 'install Java 17 or newer' };
  }
  if (!existsSync(join(JAVA_CLASSES, 'attestlab', 'peers', 'Main.class'))) {
    return { problem: 'it is not built', remedy: 'attestlab differential --build-java' };
  }
  const classPath = [JAVA_CLASSES, join(JAVA_PROJECT, 'target', 'lib', '*')].join(delimiter);
  return {
    name,
    command: 'java',
    args: ['-cp', classPath, 'attestlab.peers.Main', name],
    timeoutMs,
  };
}

/** Builds the peers on Java with Maven, output shown; says what is missing where it cannot. */
export function buildJavaPeers(): Missing | null {
  if (spawnSync('mvn', ['-version'], { stdio: 'ignore' }).status !== 0) {
    return { problem: 'there is no mvn', remedy: 'install Maven, and Java 17 or newer' };
  }
  const built = spawnSync('mvn', ['--batch-mode', '--quiet', 'package'], {
    cwd: JAVA_PROJECT,
    // What Maven says is no result of ours.
    stdio: ['ignore', 2, 'inherit'],
  });
  if (built.status === 0) return null;
  return { problem: 'mvn package failed', remedy: 'read its output above' };
}

function isInstalled(name: string): boolean {
  try {
    return existsSync(fileURLToPath(import.meta.resolve(name)));
  } catch {
    return false;
  }
}

// Under a test this file runs as its source, and the adapter as what was built of it.
function adapterProgram(): string {
  const built = 'dist/harness/corpus/differential/adapters/main.js';
  return import.meta.url.endsWith('.ts')
    ? join(productRoot, built)
    : fileURLToPath(new URL('adapters/main.js', import.meta.url));
}
