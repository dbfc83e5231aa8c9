// Packs the product, installs the package into an empty project, and runs it there: what is missing
// from the package, or found only in this repository, shows itself here.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countRun } from './parts.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const project = mkdtempSync(join(tmpdir(), 'attestlab-package-'));
process.on('exit', () => rmSync(project, { recursive: true, force: true }));

const packed = run(root, 'npm', ['pack', '--json', '--pack-destination', project], 'pipe');
// The lifecycle's own output stands before the JSON.
const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[\n')));
writeFileSync(join(project, 'package.json'), '{ "name": "a-lab", "private": true }\n');
run(project, 'npm', ['install', '--no-audit', '--no-fund', `./${filename}`]);
run(project, 'npx', ['attestlab', 'doctor']);
run(project, 'npx', ['attestlab', 'nightly', '--reports', join(project, 'reports')]);
const { passed, failed } = countRun(join(project, 'reports'));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function run(cwd, command, args, stdout = 'inherit') {
  const result = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
  });
  if (result.status === 0) return result.stdout;
  process.stderr.write(`package: ${command} ${args.join(' ')} ended with ${result.status}\n`);
  process.exit(1);
}
