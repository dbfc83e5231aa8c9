import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EXIT } from '../harness/errors.js';
import { productRoot } from '../harness/product.js';

const cache = mkdtempSync(join(tmpdir(), 'attestlab-nodes-'));
afterAll(() => {
  rmSync(cache, { recursive: true });
});

it('says in one line that a Node cannot be fetched, and leaves nothing behind', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/node-versions.mjs'], {
    cwd: productRoot,
    encoding: 'utf8',
    env: {
      ...process.env,
      XDG_CACHE_HOME: cache,
      // Nothing listens there.
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    },
  });
  expect({ status, stdout }).toEqual({ status: EXIT.usage, stdout: '' });
  expect(stderr).toMatch(/^Node \d+\.\d+\.\d+: node-[^\n]+ cannot be fetched: [^\n]+\n$/);
  expect(readdirSync(join(cache, 'attestlab', 'node'))).toEqual([]);
});
