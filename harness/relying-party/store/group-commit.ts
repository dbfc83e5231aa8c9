import { setImmediate } from 'node:timers/promises';
import type { SqliteConnection } from './libsql.js';
import type { Db } from './tables.js';

/** Writes that go into one transaction at most: one of them that fails makes all be tried again. */
const MAX_WRITES = 256;

/** Statements that are run again, alone, where a write beside them failed: no effect but theirs. */
export type Write<T> = (db: Db) => Promise<T>;

type Transactions = Pick<SqliteConnection, 'begin' | 'run'>;

interface Pending {
  /** Runs the write; what comes back answers whoever asked. */
  readonly attempt: (db: Db) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Commits writes that wait at the same time together: one transaction and one sync of the disk for
 * all of them. Nobody is answered before the commit.
 */
export class GroupCommit {
  readonly #db: Db;
  readonly #connection: Transactions;
  readonly #queue: Pending[] = [];
  #working: Promise<void> | null = null;

  /** `db` runs its statements on `connection`, which nobody else uses. */
  constructor(db: Db, connection: Transactions) {
    this.#db = db;
    this.#connection = connection;
  }

  write<T>(work: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        attempt: async (db) => {
          const value = await work(db);
          return () => {
            resolve(value);
          };
        },
        fail: reject,
      });
      this.#working ??= this.#drain();
    });
  }

  /** Ends when every write has been answered. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Requests that came in together are read one after another; all of them go with the first.
      await setImmediate();
      await this.#commitWaiting();
    }
    this.#working = null;
  }

  async #commitWaiting(): Promise<void> {
    const taken: Pending[] = [];
    try {
      await this.#commit(() => {
        // Only now: what came while this transaction waited to begin goes with it.
        taken.push(...this.#queue.splice(0, MAX_WRITES));
        return taken;
      });
    } catch (error) {
      const failed = taken.length > 0 ? taken : this.#queue.splice(0);
      if (failed.length === 1 || taken.length === 0) {
        for (const { fail } of failed) fail(error);
        return;
      }
      for (const one of failed) await this.#commit(() => [one]).catch(one.fail);
    }
  }

  async #commit(take: () => readonly Pending[]): Promise<void> {
    const answers: (() => void)[] = [];
    await this.#connection.begin();
    try {
      for (const { attempt } of take()) answers.push(await attempt(this.#db));
      await this.#connection.run('COMMIT');
    } catch (error) {
      // A commit that failed may have ended the transaction; what matters is why.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    for (const answer of answers) answer();
  }
}
