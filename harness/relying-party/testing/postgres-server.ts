import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real PostgreSQL server of this machine, on a data folder and a socket of its own. */
export interface PostgresServer {
  /** A URL of a new, empty database. */
  newDatabase(): string;
  stop(): Promise<void>;
}

const USER = 'attestlab';
/** A user that every Linux has; the server refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** The folder of the server's programs: `PG_BIN`, the path's, or Debian's newest. Null where none is. */
export function postgresPrograms(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions.sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env['PG_BIN'] ?? '').split(':'),
    ...newestFirst.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ].filter((folder) => folder !== '');
  const needed = ['initdb', 'postgres', 'psql'];
  return (
    folders.find((folder) => needed.every((program) => existsSync(join(folder, program)))) ?? null
  );
}

/** Starts a server that only listens on a socket in a folder of its own. */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-pg-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const user = process.getuid?.() === 0 ? NOBODY : null;
  if (user !== null) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const run = (program: string, args: readonly string[]) => {
    const { status, stderr } = spawnSync(join(programs, program), args, {
      ...user,
      ...{ cwd: folder, encoding: 'utf8' },
    });
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  };
  const locale = ['-E', 'UTF8', '--locale=C'];
  run('initdb', ['-D', data, '-U', USER, '--auth=trust', '--no-sync', ...locale]);
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) =>
    server.once('exit', () => {
      resolve();
    }),
  );
  await new Promise<void>((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => {
      reject(new Error(`postgres did not start: ${log}`));
    });
  });
  // Where a test run breaks off, the server goes with it.
  const killed = () => server.kill('SIGKILL');
  process.once('exit', killed);
  let databases = 0;
  return {
    newDatabase() {
      const name = `store_${++databases}`;
      run('psql', ['-h', folder, '-U', USER, '-d', 'postgres', '-qc', `create database ${name}`]);
      return `postgres://${USER}@/${name}?host=${folder}`;
    },
    async stop() {
      // A fast shutdown, which waits for no client.
      server.kill('SIGINT');
      await ended;
      process.off('exit', killed);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
