import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the installed product: the one that holds its `package.json`, `fixtures/` and `native-probes/`. */
export const productRoot: string = findProductRoot(dirname(fileURLToPath(import.meta.url)));

/** The product's version, as its `package.json` says. */
export const productVersion: string = readVersion(productRoot);

// The same file runs from `harness/` under a test and from `dist/harness/` when installed.
function findProductRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'fixtures'))) {
      return folder;
    }
    if (dirname(folder) === folder) throw new Error(`no product folder above ${start}`);
  }
}

function readVersion(root: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    return String(parsed.version);
  }
  throw new Error(`${join(root, 'package.json')} names no version`);
}
