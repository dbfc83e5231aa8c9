// The one door to kysely: what the store's statements, migrations and dialects are made of.
export {
  CompiledQuery,
  Kysely,
  Migrator,
  PostgresDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
export type {
  ColumnType,
  DatabaseConnection,
  Dialect,
  Driver,
  Migration,
  QueryResult,
  Selectable,
} from 'kysely';
