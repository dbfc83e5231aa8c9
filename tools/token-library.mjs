// Installs the library for keys on PKCS#11 tokens into the user's cache, where tests and the
// benchmark find it: it is compiled, so it is no dependency of ours. Prints where it is.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './fetched-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [name] = Object.keys(peerDependencies);
const version = peerDependencies[name].replace('^', '');
const folder = join(cacheFolder('token-library'), `${version}-${process.platform}-${process.arch}`);

if (!existsSync(folder)) install();
process.stdout.write(`${name} ${version} is in ${folder}\n`);

// Installed beside its place and moved there whole: an installation that breaks off leaves nothing.
function install() {
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }\n');
    const { status, stderr, error } = spawnSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
      { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
    );
    if (status !== 0) {
      const [reason = 'npm said nothing'] = (error?.message ?? stderr).split('\n').filter(Boolean);
      process.stderr.write(`${name}@${version} cannot be installed: ${reason}\n`);
      process.exitCode = 2;
      return;
    }
    // What was not compiled is of no use: npm may be told to run no script of a package.
    const loaded = spawnSync(process.execPath, ['-e', `require('${name}')`], { cwd: scratch });
    if (loaded.status !== 0) {
      process.stderr.write(`${name}@${version} was installed and does not load\n`);
      process.exitCode = 2;
      return;
    }
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
