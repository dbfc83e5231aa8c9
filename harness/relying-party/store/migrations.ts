import { ALL_ACCEPTED } from '../store.js';
import { Migrator, type Kysely, type Migration } from './kysely.js';

/**
 * The tables, for both dialects: SQLite takes any name of a type, and keeps bytes as bytes and whole
 * numbers as such under these.
 */
const tables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('challenges')
      .addColumn('challenge', 'text', (column) => column.primaryKey())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('registration_id', 'text')
      .addColumn('issued_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('spent_by', 'text')
      .addColumn('reply', 'text')
      .execute();
    await db.schema
      .createTable('key_claims')
      .addColumn('key_id', 'text', (column) => column.primaryKey())
      .addColumn('use', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('registration_id', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('registrations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('platform', 'text')
      .addColumn('tls_key_id', 'text', (column) => column.notNull())
      .addColumn('tls_spki', 'bytea', (column) => column.notNull())
      .addColumn('tls_protection', 'text', (column) => column.notNull())
      .addColumn('app_attest_key_id', 'text')
      .addColumn('app_attest_public_key', 'bytea')
      .addColumn('registered_at_ms', 'bigint', (column) => column.notNull())
      .execute();
    await keyTables(db);
  },
};

async function keyTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tls_keys')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('registration_id', 'text', (column) => column.notNull())
    .addColumn('place', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('tls_keys_of_registration')
    .on('tls_keys')
    .columns(['registration_id', 'place'])
    .execute();
  await db.schema
    .createTable('signing_keys')
    .addColumn('registration_id', 'text', (column) => column.primaryKey())
    .addColumn('key_id', 'text', (column) => column.notNull().unique())
    .addColumn('spki', 'bytea', (column) => column.notNull())
    .addColumn('protection', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('last_counter', 'text')
    .execute();
  await db.schema
    .createTable('app_attest_counters')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('assertion', 'bigint')
    .addColumn('request', 'text')
    .execute();
  await db.schema
    .createTable('denials')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('denied_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

/** Counters that need not come in order. Those of keys that are there already all count as accepted. */
const unorderedCounters: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('signing_keys')
      .addColumn('accepted', 'text', (column) =>
        column.notNull().defaultTo(ALL_ACCEPTED.toString()),
      )
      .execute();
    await db.schema
      .createTable('nonces')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('epoch', 'bigint', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('ends_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('nonces_once', ['key_id', 'epoch', 'nonce'])
      .execute();
    await db.schema.createIndex('nonces_by_end').on('nonces').column('ends_at_ms').execute();
  },
};

/** In the order in which they are run; names are never changed, and none is taken out. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-tables': tables,
  '0002-unordered-counters': unorderedCounters,
};

/**
 * Brings the tables up to this release, all or nothing. In PostgreSQL it takes a lock that other
 * processes wait for; in SQLite the caller's transaction is one. Throws where a newer release has been here.
 */
export async function migrate<Tables>(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new Error('a migration failed', { cause: error });
}
