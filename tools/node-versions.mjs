// Runs the unit tests on the oldest and the newest Node that are supported, which
// `node-versions.json` names. Exits 2 where one of them cannot be fetched.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchedNode, NotFetched } from './fetched-node.mjs';
import { node, part, total } from './parts.mjs';
import { unitTests } from './unit-tests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { oldest, newest } = JSON.parse(readFileSync(join(root, 'tools/node-versions.json'), 'utf8'));

let nodes;
try {
  nodes = [oldest, newest].map((version) => ({ version, binary: fetchedNode(version) }));
} catch (error) {
  if (!(error instanceof NotFetched)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
node(root, ['tools/build.mjs', '--if-stale']);
for (const { version, binary } of nodes) {
  part(`unit tests on Node ${version}`, () => unitTests(root, binary));
}
process.exitCode = total();
