// A Node of a given version, as the package registry has it for this machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Why a Node could not be fetched, in one line. */
export class NotFetched extends Error {}

/** Path of the Node of a version, fetched once into the user's cache; throws `NotFetched`. */
export function fetchedNode(version) {
  const folder = join(cacheFolder('node'), `${version}-${process.platform}-${process.arch}`);
  const binary = join(folder, 'node_modules', packageName(), 'bin', fileName());
  if (!existsSync(binary)) fetch(version, folder);
  const said = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (said === `v${version}`) return binary;
  throw new NotFetched(`Node ${version}: ${binary} answers ${said ?? 'nothing'}; remove ${folder}`);
}

/** Where what is fetched is kept: outside of the repository, so that a clean checkout keeps it. */
export function cacheFolder(kind) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'attestlab', kind);
}

// The package `node` only links one of these when its install script runs; none is to run here.
function packageName() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform}-${process.arch}`;
}

function fileName() {
  return process.platform === 'win32' ? 'node.exe' : 'node';
}

// Installed beside its place and moved there whole: a download that breaks off leaves nothing.
function fetch(version, folder) {
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }\n');
    const wanted = `${packageName()}@${version}`;
    const { status, stderr, error } = spawnSync(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', wanted],
      { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
    );
    if (status !== 0) {
      const [reason = 'npm said nothing'] = (error?.message ?? stderr).split('\n').filter(Boolean);
      throw new NotFetched(`Node ${version}: ${wanted} cannot be fetched: ${reason}`);
    }
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
