import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore } from '../index.js';
import { postgresPrograms, startPostgres } from '../testing/postgres-server.js';

const ENOUGH = 400;
const WRITER = fileURLToPath(new URL('../testing/answered-writes.mjs', import.meta.url));

/** Starts a process that writes, kills it in the middle, and answers what it printed. */
async function answeredBeforeDeath(url: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [WRITER, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (output.split('\n').length > ENOUGH) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return output.split('\n').slice(0, -1);
}

async function expectAllKept(url: string, answered: readonly string[]): Promise<void> {
  expect(answered.length).toBeGreaterThanOrEqual(ENOUGH);
  const store = await openStore(url);
  try {
    for (const line of answered) {
      const [lane = '', counter = '', challenge = ''] = line.split(' ');
      const key = await store.findSigningKey(`key-${lane}`);
      expect(key?.lastCounter).toBeGreaterThanOrEqual(BigInt(counter));
      expect(await store.findChallenge(challenge)).toMatchObject({ spentBy: 'digest' });
    }
  } finally {
    await store.close();
  }
}

describe('a process that is killed while it writes', () => {
  it('has lost nothing that it answered, in SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-store-'));
    try {
      const url = `sqlite:${join(folder, 'rp.db')}`;
      await expectAllKept(url, await answeredBeforeDeath(url));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const programs = postgresPrograms();
  it.skipIf(programs === null)('has lost nothing that it answered, in PostgreSQL', async () => {
    const server = await startPostgres(programs ?? '');
    try {
      const url = server.newDatabase();
      await expectAllKept(url, await answeredBeforeDeath(url));
    } finally {
      await server.stop();
    }
  });
});
