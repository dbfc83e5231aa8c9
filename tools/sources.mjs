// Which files a build is made from, and whether dist/ was made from them as they are now.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a build writes down what it was made from. */
export const BUILD_RECORD = 'dist/build.json';

/** Paths, relative to `root` and sorted, of the files in `folders`, installed packages left out. */
export function filesUnder(root, folders) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => walk(root, folder))
    .sort();
}

/** SHA-256 over names and contents of everything that goes into a build. */
export function sourcesDigest(root) {
  const hash = createHash('sha256');
  const single = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'wdio.conf.ts'];
  const paths = [
    ...single.filter((path) => existsSync(join(root, path))),
    ...filesUnder(root, ['harness', 'scenarios', 'tools']).filter(isBuilt),
  ];
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The digest of the sources that dist/ was built from, or null where there is no whole build. */
export function builtFrom(root) {
  try {
    return JSON.parse(readFileSync(join(root, BUILD_RECORD), 'utf8')).sources ?? null;
  } catch {
    return null;
  }
}

function isBuilt(path) {
  return !path.endsWith('.test.ts') && !path.endsWith('.md') && !path.includes('/testing/');
}

function walk(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(root, path);
    return [path];
  });
}
