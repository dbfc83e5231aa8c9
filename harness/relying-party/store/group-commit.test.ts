import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deny, denied } from './claim-statements.js';
import { GroupCommit } from './group-commit.js';
import { Kysely } from './kysely.js';
import { openWriter, type SqliteConnection } from './libsql.js';
import { migrate } from './migrations.js';
import { sqliteDialect } from './sqlite-dialect.js';
import type { Db, Tables } from './tables.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-store-'));
const log: string[] = [];
/** What a transaction fails with when it is to be committed. */
let broken: Error | null = null;
let db: Db;
let watched: SqliteConnection;

beforeAll(async () => {
  const connection = openWriter(join(folder, 'rp.db'));
  watched = {
    ...connection,
    async begin() {
      await connection.begin();
      log.push('BEGIN');
    },
    async run(text: string) {
      if (text === 'COMMIT' && broken !== null) throw broken;
      await connection.run(text);
      log.push(text);
    },
  };
  db = new Kysely<Tables>({ dialect: sqliteDialect(watched) });
  await migrate(db);
});
afterAll(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true });
});

const entry = (keyId: string) => ({ keyId, reason: 'lost', deniedAtMs: 0 });

describe('writes that wait at the same time', () => {
  it('share commits, and none is answered before its own', async () => {
    const commits = new GroupCommit(db, watched);
    log.length = 0;
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await commits.write((own) => deny(own, entry(`key-${index}`)));
        log.push('answered');
      }),
    );
    expect(log.slice(0, 3)).toEqual(['BEGIN', 'COMMIT', 'answered']);
    expect(log.filter((line) => line === 'COMMIT').length).toBeLessThanOrEqual(2);
    expect(log.filter((line) => line === 'answered')).toHaveLength(200);
  });

  it('do not suffer from one that fails half way, of which nothing stays', async () => {
    const commits = new GroupCommit(db, watched);
    const answers = await Promise.allSettled([
      commits.write((own) => deny(own, entry('before'))),
      commits.write(async (own) => {
        await deny(own, entry('half'));
        throw new Error('half way');
      }),
      commits.write((own) => deny(own, entry('after'))),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const ids = (await denied(db)).map(({ keyId }) => keyId);
    expect(ids).toEqual(expect.arrayContaining(['before', 'after']));
    expect(ids).not.toContain('half');
  });

  it('all fail where nothing can be committed, and go on once it can', async () => {
    const commits = new GroupCommit(db, watched);
    broken = new Error('the disk is full');
    const write = (keyId: string) => commits.write((own) => deny(own, entry(keyId)));
    const answers = await Promise.allSettled([write('full-1'), write('full-2')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = null;
    await write('room');
    const ids = (await denied(db)).map(({ keyId }) => keyId);
    expect(ids).toContain('room');
    expect(ids).not.toContain('full-1');
  });
});
