import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from './kysely.js';
import type { SqliteConnection, SqliteValue } from './libsql.js';

/** The dialect of SQLite over one connection, whose transactions never overlap. */
export function sqliteDialect(connection: SqliteConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function driver(connection: SqliteConnection): Driver {
  const wrapped: DatabaseConnection = {
    async executeQuery<Row>({
      sql,
      parameters,
    }: {
      readonly sql: string;
      readonly parameters: readonly unknown[];
    }): Promise<QueryResult<Row>> {
      const { rows, changes } = await connection.query(sql, parameters as readonly SqliteValue[]);
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('the store reads no streams');
    },
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(wrapped),
    beginTransaction: () => connection.begin(),
    commitTransaction: () => connection.run('COMMIT'),
    rollbackTransaction: () => connection.run('ROLLBACK'),
    releaseConnection: () => Promise.resolve(),
    destroy() {
      connection.close();
      return Promise.resolve();
    },
  };
}
