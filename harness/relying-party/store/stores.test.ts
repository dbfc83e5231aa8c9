import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../index.js';
import {
  postgresPrograms,
  startPostgres,
  type PostgresServer,
} from '../testing/postgres-server.js';
import { describeStore } from '../testing/store-contract.js';

const pairAt = async (url: string) => ({
  store: await openStore(url),
  other: await openStore(url),
});

describe('the store in memory', () => {
  describeStore(async () => {
    const store = await openStore('memory:');
    return { store, other: store };
  });
});

describe('the store in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-store-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  describeStore(() => pairAt(`sqlite:${join(folder, 'rp.db')}`));
});

const programs = postgresPrograms();

describe.skipIf(programs === null)('the store in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  }, 60_000);
  afterAll(() => server.stop());
  describeStore(() => pairAt(server.newDatabase()));
});
