import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assertOwnersAlone } from '../../owner-only.js';
import { GroupCommit } from './group-commit.js';
import { Kysely, type CompiledQuery } from './kysely.js';
import { openReader, openWriter, type SqliteValue } from './libsql.js';
import { migrate } from './migrations.js';
import { sqliteDialect } from './sqlite-dialect.js';
import type { Connections } from './sql-store.js';
import type { Tables } from './tables.js';

/** Opens a database file, which is made where there is none; only its owner may read it. */
export async function openSqlite(file: string): Promise<Connections> {
  const path = resolve(file);
  createOwnerOnly(path);
  assertOwnersAlone(path, 'chmod 600');
  const writing = openWriter(path);
  const writer = new Kysely<Tables>({ dialect: sqliteDialect(writing) });
  try {
    // A write-ahead log that is synced with each commit: what was answered outlives the process and
    // the machine's power, and readers wait for no writer.
    await writing.run('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // The lock is taken before anything is looked at, since the migrator takes none.
    await writing.begin();
    await migrate(writer);
    await writing.run('COMMIT');
  } catch (error) {
    writing.close();
    throw error;
  }
  const reading = openReader(path);
  const reader = new Kysely<Tables>({ dialect: sqliteDialect(reading) });
  const commits = new GroupCommit(writer, writing);
  let closed: Promise<void> | null = null;
  const write: Connections['statement'] = (work) =>
    closed === null ? commits.write(work) : Promise.reject(new Error('the store was closed'));
  return {
    ...{ reader, statement: write, transaction: write },
    // Straight to the driver: what a query builder does around a statement takes as long as these do.
    first: <Row>({ sql }: CompiledQuery<Row>, parameters: readonly unknown[]) =>
      reading.first(sql, parameters as readonly SqliteValue[]) as Promise<Row | undefined>,
    change: ({ sql }, parameters) =>
      write(async () => {
        const { changes } = await writing.query(sql, parameters as readonly SqliteValue[]);
        return changes;
      }),
    close() {
      closed ??= (async () => {
        await commits.settled();
        await reader.destroy();
        await writer.destroy();
      })();
      return closed;
    },
  };
}

// SQLite gives the files beside the database the permissions that the database has.
function createOwnerOnly(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
