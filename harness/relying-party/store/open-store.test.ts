import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../../errors.js';
import { openStore, type ChallengeRecord } from '../index.js';
import { openWriter } from './libsql.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-store-'));
  file = join(folder, 'rp.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const failureOf = async (url: string) => {
  const error: unknown = await openStore(url).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HarnessError)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

const challenge = (name: string, expiresAtMs: number): ChallengeRecord => ({
  ...{ challenge: name, subject: 'phone', purpose: 'tls', registrationId: null },
  ...{ issuedAtMs: 0, expiresAtMs, spentBy: null, reply: null },
});

describe('a database file', () => {
  it('is readable by its owner alone, with everything beside it', async () => {
    const store = await openStore(`sqlite:${file}`);
    await store.addChallenge(challenge('c', Date.now()));
    const files = readdirSync(folder);
    expect(files.sort()).toEqual(['rp.db', 'rp.db-shm', 'rp.db-wal']);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('has a write-ahead log', async () => {
    await (await openStore(`sqlite://${file}`)).close();
    // Database file format, 1.3: the versions that read and write are 2 where there is such a log.
    expect([...readFileSync(file).subarray(18, 20)]).toEqual([2, 2]);
  });

  it('is refused where others may use it', async () => {
    await (await openStore(`sqlite:${file}`)).close();
    chmodSync(file, 0o640);
    const error = await failureOf(`sqlite:${file}`);
    expect(error).toMatchObject({ code: 'ERR_FILE_INVALID' });
    expect(error.message).toMatch(/others may read it; chmod 600/);
  });

  it('is refused where it is no database, and left as it is', async () => {
    writeFileSync(file, 'notes of mine, and not a database'.repeat(100), { mode: 0o600 });
    expect(await failureOf(`sqlite:${file}`)).toMatchObject({ code: 'ERR_STORE_UNUSABLE' });
    expect(readFileSync(file, 'utf8')).toMatch(/^notes of mine/);
  });

  it('is refused where its folder is not there', async () => {
    const error = await failureOf(`sqlite:${join(folder, 'none', 'rp.db')}`);
    expect(error).toMatchObject({ code: 'ERR_STORE_UNUSABLE' });
  });

  it('is brought up to this release once, however many open it', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore(`sqlite:${file}`)));
    await Promise.all(
      stores.map((store, index) => store.addChallenge(challenge(`c-${index}`, Date.now()))),
    );
    expect(await stores[0]?.findChallenge('c-7')).not.toBeNull();
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is refused where a newer release has been there', async () => {
    await (await openStore(`sqlite:${file}`)).close();
    const newer = openWriter(file);
    await newer.run("insert into kysely_migration values ('9999-newer', '2030-01-01')");
    newer.close();
    const error = await failureOf(`sqlite:${file}`);
    expect(error.message).toMatch(/9999-newer/);
  });

  it('is rid of challenges that nobody forgot, a day after their end', async () => {
    const store = await openStore(`sqlite:${file}`);
    const dayMs = 24 * 60 * 60_000;
    await store.addChallenge(challenge('old', Date.now() - dayMs - 1));
    await store.addChallenge(challenge('late', Date.now() - dayMs + 60_000));
    await store.close();
    const again = await openStore(`sqlite:${file}`);
    expect(await again.findChallenge('old')).toBeNull();
    expect(await again.findChallenge('late')).not.toBeNull();
    await again.close();
  });

  it('takes no writes once it is closed, but answers those before', async () => {
    const store = await openStore(`sqlite:${file}`);
    const before = store.addChallenge(challenge('before', Date.now()));
    const closed = store.close();
    await expect(store.addChallenge(challenge('after', Date.now()))).rejects.toThrow(/closed/);
    await Promise.all([before, closed]);
    const again = await openStore(`sqlite:${file}`);
    expect(await again.findChallenge('before')).not.toBeNull();
    await again.close();
  });
});

describe('a URL of a store', () => {
  it.each(['', 'rp.db', 'sqlite:', 'mysql://u:secret@h/db', 'postgres://u:secret@[bad/db'])(
    'is refused where it names none: %j',
    async (url) => {
      const error = await failureOf(url);
      expect(error).toMatchObject({ code: 'ERR_STORE_UNKNOWN' });
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('secret');
    },
  );

  it.each(['u:secret@', 'u@'])('shows no password where nobody answers: %j', async (who) => {
    const url = `postgres://${who}127.0.0.1:1/db?password=secret`;
    const error = await failureOf(url);
    expect(error).toMatchObject({ code: 'ERR_STORE_UNUSABLE' });
    expect(error.message).toMatch(/127\.0\.0\.1:1\/db: .*ECONNREFUSED/);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('secret');
  });

  it('shows no password that a server sends back', async () => {
    const answer = (text: string) => {
      const fields = Buffer.from(`SFATAL\0C28P01\0M${text}\0\0`);
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeUInt32BE(fields.length + 4, 1);
      return Buffer.concat([head, fields]);
    };
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer('no s%cret for you, nor s%25cret')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(`postgres://u:s%25cret@127.0.0.1:${port}/db`);
    expect(error.message).toMatch(/no \*\*\* for you, nor \*\*\*/);
    await new Promise((resolve) => server.close(resolve));
  });
});
