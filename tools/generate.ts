import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { peersPage } from '../harness/corpus/differential/peers-page.js';
import { vectorQuestions } from '../harness/corpus/differential/questions.js';
import { vectorFiles } from '../harness/corpus/vectors/write-vectors.js';
import { protocolFiles } from '../harness/probe/generate-protocol.js';
import { productRoot } from '../harness/product.js';
import { claimsFiles } from './claims-table.js';
import { openApiFiles } from './openapi-files.js';
import { schemaFiles } from './schema-files.js';

// `npm run generate` writes what code generates; `--check` writes nothing and fails where a file
// that is committed differs from what its source says now.
const isCheck = process.argv.includes('--check');
const vectors = vectorFiles();
const questions = [...vectors].flatMap(([name, text]) => vectorQuestions(JSON.parse(text), name));
const generated = [
  ...inFolder('native-probes/protocol', protocolFiles()),
  ...inFolder('fixtures/schemas', schemaFiles()),
  ...inFolder('fixtures/schemas', await openApiFiles()),
  ...inFolder('fixtures/corpus', vectors),
  { path: 'fixtures/corpus/PEERS.md', content: await peersPage(questions) },
  ...inFolder('scenarios', await claimsFiles()),
];
const stale = generated.filter(({ path, content }) => current(path) !== content);
if (!isCheck) stale.forEach(write);

for (const { path } of stale) {
  process.stdout.write(`${isCheck ? 'stale' : 'written'}: ${path}\n`);
}
if (isCheck && stale.length > 0) {
  process.stderr.write('remedy: npm run generate, and commit what changed\n');
  process.exitCode = 1;
}

interface GeneratedFile {
  /** Relative to the product's folder. */
  readonly path: string;
  readonly content: string;
}

function inFolder(folder: string, files: ReadonlyMap<string, string>): readonly GeneratedFile[] {
  return [...files].map(([name, content]) => ({ path: `${folder}/${name}`, content }));
}

function current(path: string): string | null {
  const file = join(productRoot, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function write({ path, content }: GeneratedFile): void {
  const file = join(productRoot, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
