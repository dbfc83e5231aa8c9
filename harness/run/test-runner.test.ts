import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNode, type Child } from './child-process.js';
import { compiled } from './compiled.js';

// The compiled program in a process of its own, as a night has it.
let folder: string;
let runner: Child;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-runner-'));
  runner = startNode(compiled('test-runner-process'), {
    ...{ args: [], env: {}, cwd: folder, log: join(folder, 'wdio.log') },
  });
});

afterEach(async () => {
  await runner.stop(0);
  rmSync(folder, { recursive: true });
});

describe('a test runner that waits for its order', () => {
  it('ends with the run that started it', async () => {
    runner.process.disconnect();
    // 0 where it is still loading: then nothing keeps it alive.
    expect([0, 1]).toContain(await runner.exited);
    expect(readFileSync(join(folder, 'wdio.log'), 'utf8')).toBe('');
  });

  it('ends at once for an order that it cannot read, and says why', async () => {
    runner.process.send({ configuration: 'wdio.conf.js' });
    expect(await runner.exited).toBe(1);
    expect(readFileSync(join(folder, 'wdio.log'), 'utf8')).toContain('"env"');
  });

  it('ends at once for a configuration that is not there, and names it', async () => {
    runner.process.send({ configuration: join(folder, 'absent.conf.js'), env: {} });
    expect(await runner.exited).toBe(1);
    expect(readFileSync(join(folder, 'wdio.log'), 'utf8')).toContain('absent.conf.js');
  });
});
