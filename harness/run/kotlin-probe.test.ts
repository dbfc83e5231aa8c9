import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { productRoot } from '../product.js';
import { conductDirectly } from './direct-lane.js';
import { prepareRun } from './preparation.js';

const LAB = join(productRoot, 'fixtures', 'labs', 'virtual');

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'attestlab-kotlin-run-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true, force: true });
});

/** A build whose Java does what a script says. */
function build(script: string) {
  const java = join(work, 'java');
  writeFileSync(java, `#!/bin/sh\n${script}\n`);
  chmodSync(java, 0o755);
  return { java, options: () => [] };
}

const run = (phone: string, script: string) =>
  conductDirectly({
    ...{ lab: LAB, reports: join(work, 'reports'), timeScale: 0 },
    ...{ phones: [phone], kotlin: build(script) },
  });

describe('a run with the Kotlin probe', () => {
  it('is refused where no virtual Android phone could run it', async () => {
    await expect(run('simulator', 'exit 1')).rejects.toMatchObject({ code: 'ERR_USAGE', exit: 2 });
    expect(readdirSync(work)).toEqual(['java']);
  });

  it('does not begin where a JVM is not ready, and leaves nothing behind', async () => {
    vi.stubEnv('TMPDIR', work);
    await expect(run('emulator', 'exit 1')).rejects.toMatchObject({
      code: 'ERR_PROBE_JVM',
      message: expect.stringMatching(
        /ended before it was ready; see .*jvm-emulator\.log$/,
      ) as string,
    });
    expect(readdirSync(work).sort()).toEqual(['java', 'reports']);
  });

  it('plans for Android phones what the model alone can show as unsupported', async () => {
    const { plan } = await prepareRun({ lab: LAB, kotlin: build('exit 1') });
    const unsupported = plan.unmatched.filter((pair) => pair.unsupported === true);
    expect(new Set(unsupported.map(({ scenarioId }) => scenarioId))).toEqual(
      new Set(['pinning/certificate-exposed']),
    );
    expect(unsupported).toHaveLength(5);
    expect(plan.uncovered).toEqual([]);
  });
});
