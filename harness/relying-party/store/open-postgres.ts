import pg from 'pg';
import { CompiledQuery, Kysely, PostgresDialect } from './kysely.js';
import { migrate } from './migrations.js';
import type { Connections } from './sql-store.js';
import type { Tables } from './tables.js';

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** A server may be set to answer commits before they are on its disk; this store's are not. */
const DURABLE = `select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') = 'off'`;

/** Opens a database of a PostgreSQL server, which groups the commits of connections by itself. */
export async function openPostgres(url: string): Promise<Connections> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'attestlab',
  });
  // Of a connection that breaks while nobody uses it; whoever asks next gets a new one or an error.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw(DURABLE));
      },
    }),
  });
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= db.destroy());
  try {
    await migrate(db);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    reader: db,
    first: async <Row>(query: CompiledQuery<Row>, parameters: readonly unknown[]) =>
      (await db.executeQuery<Row>({ ...query, parameters })).rows[0],
    statement: (work) => work(db),
    change: async (query, parameters) =>
      Number((await db.executeQuery({ ...query, parameters })).numAffectedRows ?? 0n),
    transaction: (work) => db.transaction().execute(work),
    close,
  };
}
