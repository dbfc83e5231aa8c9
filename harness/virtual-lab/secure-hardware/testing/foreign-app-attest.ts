import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tmpdir } from 'node:os';

/** What `node-app-attest` exports, with a root of our choice. */
export interface ForeignAppAttest {
  verifyAttestation(params: {
    readonly attestation: Uint8Array;
    readonly challenge: Uint8Array;
    readonly keyId: string;
    readonly bundleIdentifier: string;
    readonly teamIdentifier: string;
    readonly allowDevelopmentEnvironment: boolean;
  }): { readonly publicKey: string; readonly environment: string };
  verifyAssertion(params: {
    readonly assertion: Uint8Array;
    readonly payload: Uint8Array;
    readonly publicKey: string;
    readonly bundleIdentifier: string;
    readonly teamIdentifier: string;
    readonly signCount: number;
  }): { readonly signCount: number };
}

const PINNED_ROOT = /"-----BEGIN CERTIFICATE-----[^"]*-----END CERTIFICATE-----"/;
const BARE_SPECIFIER = /from "([a-z0-9-]+)"/g;

/**
 * Loads `node-app-attest` with `rootPem` in place of the root that it pins: its own code otherwise,
 * copied with nothing changed but that one constant and the paths of its imports.
 */
export async function loadForeignAppAttest(rootPem: string): Promise<ForeignAppAttest> {
  const entry = fileURLToPath(import.meta.resolve('node-app-attest'));
  const require = createRequire(entry);
  const folder = await mkdtemp(join(tmpdir(), 'foreign-app-attest-'));
  try {
    for (const name of ['index.js', 'verifyAttestation.js', 'verifyAssertion.js']) {
      const source = await readFile(join(dirname(entry), name), 'utf8');
      await writeFile(
        join(folder, name.replace(/js$/, 'mjs')),
        source
          .replace(PINNED_ROOT, () => JSON.stringify(rootPem))
          .replaceAll(/from "(\.\/\w+)\.js"/g, 'from "$1.mjs"')
          .replaceAll(BARE_SPECIFIER, (whole, specifier: string) =>
            specifier === 'crypto'
              ? whole
              : `from ${JSON.stringify(pathToFileURL(require.resolve(specifier)).href)}`,
          ),
      );
    }
    return (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as ForeignAppAttest;
  } finally {
    await rm(folder, { recursive: true });
  }
}
