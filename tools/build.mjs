// Compiles harness/, scenarios/, tools/ and wdio.conf.ts to dist/ and copies the files beside them
// that are no TypeScript. Where dist/ was built from these very sources, `--if-stale` does nothing;
// `--check` builds nothing and exits 1 where it was not.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_RECORD, builtFrom, filesUnder, sourcesDigest } from './sources.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

const fresh = builtFrom(root) === sourcesDigest(root);
if (process.argv.includes('--check')) process.exit(fresh ? 0 : 1);
if (process.argv.includes('--if-stale') && fresh) process.exit(0);

// The record goes first: a build that breaks off half way must not look fresh.
rmSync(join(root, BUILD_RECORD), { force: true });
const digest = sourcesDigest(root);
compile();
copyAssets();
removeOrphans();
writeFileSync(join(root, BUILD_RECORD), `${JSON.stringify({ sources: digest })}\n`);

function compile() {
  let compiler;
  try {
    compiler = createRequire(join(root, 'package.json')).resolve('typescript/bin/tsc');
  } catch {
    process.stderr.write(
      'build: the TypeScript compiler is not installed\nremedy: npm ci, without --omit=dev\n',
    );
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function copyAssets() {
  for (const path of filesUnder(root, ['harness', 'scenarios'])) {
    if (path.endsWith('.ts') || path.endsWith('.md')) continue;
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    copyFileSync(join(root, path), join(dist, path));
  }
}

// A renamed source would leave its old output behind, and a scenario found there would run.
function removeOrphans() {
  for (const path of filesUnder(dist, ['harness', 'scenarios', 'tools'])) {
    const source = path.replace(/(?:\.d\.ts|\.js)$/, '.ts');
    if (!existsSync(join(root, source)) || path.includes('.test.')) rmSync(join(dist, path));
  }
}
