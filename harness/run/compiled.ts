import { fileURLToPath } from 'node:url';

/** The compiled module of this room: what another process or thread runs, also under a test. */
export function compiled(name: string): string {
  return fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? `../../dist/harness/run/${name}.js` : `./${name}.js`,
      import.meta.url,
    ),
  );
}
