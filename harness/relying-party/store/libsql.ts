import { setTimeout } from 'node:timers/promises';
import Database from 'libsql';
import PromiseDatabase from 'libsql/promise';

/** How long a statement waits for another connection that writes, in the end. */
const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_MS = 10;

/** A value as SQLite keeps it. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/** What a statement gave, and how many rows it changed where it gives none. */
export interface SqliteResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/** One connection to a database file. */
export interface SqliteConnection {
  query(text: string, parameters: readonly SqliteValue[]): Promise<SqliteResult>;
  /** The first row of what a statement gives; undefined where it gives none. */
  first(text: string, parameters: readonly SqliteValue[]): Promise<unknown>;
  /** Runs statements without parameters, outside of this thread where the connection writes. */
  run(text: string): Promise<void>;
  /** Takes the lock of whoever writes, for a transaction. */
  begin(): Promise<void>;
  close(): void;
}

// The types that the package ships say `any` throughout; these are what its calls answer.
interface Statement {
  readonly reader: boolean;
  run(parameters: readonly SqliteValue[]): { readonly changes: number };
  get(parameters: readonly SqliteValue[]): unknown;
}

interface WaitingStatement extends Statement {
  all(parameters: readonly SqliteValue[]): Promise<readonly unknown[]>;
}

interface Prepared {
  readonly statement: WaitingStatement;
  readonly givesRows: boolean;
}

interface ReadingStatement extends Statement {
  all(parameters: readonly SqliteValue[]): readonly unknown[];
}

/**
 * A connection that writes. COMMIT runs in a thread of its own: what waits for the disk does not keep
 * this one from its requests.
 */
export function openWriter(path: string): SqliteConnection {
  const database = new PromiseDatabase(path, NO_WAITING);
  const statements = new Map<string, Prepared>();
  const prepare = async (text: string): Promise<Prepared> => {
    const statement = (await database.prepare(text)) as WaitingStatement;
    // Asked once, since each question goes to native code.
    const prepared = { statement, givesRows: statement.reader };
    statements.set(text, prepared);
    return prepared;
  };
  const prepared = (text: string): Prepared | Promise<Prepared> =>
    statements.get(text) ?? prepare(text);
  return {
    async query(text, parameters) {
      const { statement, givesRows } = await prepared(text);
      const values = bound(parameters);
      if (givesRows) return { rows: await statement.all(values), changes: 0 };
      return { rows: [], changes: statement.run(values).changes };
    },
    first: async (text, parameters) => (await prepared(text)).statement.get(bound(parameters)),
    async run(text) {
      await patiently(() => database.exec(text) as Promise<void>);
    },
    async begin() {
      const { statement } = await prepared('BEGIN IMMEDIATE');
      await patiently(() => {
        statement.run([]);
      });
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

/** A connection that only reads, at once: what it looks for is in the cache or on the local disk. */
export function openReader(path: string): SqliteConnection {
  const database = new Database(path, NO_WAITING);
  const statements = new Map<string, ReadingStatement>();
  const prepared = (text: string): ReadingStatement => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text) as ReadingStatement;
    statements.set(text, statement);
    return statement;
  };
  database.exec('PRAGMA query_only = 1');
  return {
    query: (text, parameters) =>
      patiently(() => ({ rows: prepared(text).all(bound(parameters)), changes: 0 })),
    first: (text, parameters) => patiently(() => prepared(text).get(bound(parameters))),
    run: (text) =>
      patiently(() => {
        database.exec(text);
      }),
    begin: () => Promise.reject(new Error('this connection only reads')),
    close() {
      statements.clear();
      database.close();
    },
  };
}

// The driver waits in its threads, of which it has one for each core: where as many wait, whoever
// holds the lock of another connection in this process could not commit. So we wait ourselves.
const NO_WAITING = { timeout: 0 };

async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
    }
    await setTimeout(1 + Math.random() * LONGEST_PAUSE_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

// Native code takes bytes as Buffers only.
function bound(parameters: readonly SqliteValue[]): readonly SqliteValue[] {
  return parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
}
