import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../cli/main.js';
import { LAB, POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import { testVendors } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { recordTestRun } from './testing/recorded-run.js';
import { changesAnything, whatIf } from './what-if.js';

const reports = mkdtempSync(join(tmpdir(), 'attestlab-what-if-'));
const policies = (file: string): string => join(reports, file);
let run = '';

beforeAll(async () => {
  const vendors = testVendors();
  run = await recordTestRun(reports, { good: vendors, unlocked: vendors });
});

afterAll(() => {
  rmSync(reports, { recursive: true });
});

const strongBox: AppraisalPolicy = {
  ...LAB,
  id: 'strongbox',
  androidKey: { ...LAB.androidKey, minimumLevel: 'STRONG_BOX' },
};

describe('what another policy would have made of a run', () => {
  it('is nothing new under the same policy', () => {
    const found = whatIf(run, LAB);
    expect(changesAnything(found)).toBe(false);
    expect(found).toMatchObject({ appraisals: 2, otherThanRecorded: [] });
  });

  it('names by class what would be refused, by which checks', () => {
    const found = whatIf(run, strongBox);
    expect(changesAnything(found)).toBe(true);
    expect(found.classes).toEqual([
      {
        class: 'android-tee',
        appraisals: 1,
        changes: [
          {
            ...{ change: 'refused', format: 'android-key', lines: [1] },
            checks: ['android-key/level-sufficient'],
          },
        ],
      },
      { class: 'odd', appraisals: 1, changes: [] },
    ]);
  });

  it('names what would be accepted that was refused, and what refused it', () => {
    const found = whatIf(run, POLICIES.baseline);
    expect(found.classes[1]?.changes).toEqual([
      {
        ...{ change: 'admitted', format: 'android-key', lines: [2] },
        checks: ['android-key/device-locked'],
      },
    ]);
  });

  it('names a required check that does not apply', () => {
    const asked = { ...LAB, required: [...LAB.required, 'android-key/tags-known' as const] };
    expect(whatIf(run, asked).classes[0]?.changes[0]?.checks).toEqual(['android-key/tags-known']);
  });
});

describe('attestlab appraise --run', () => {
  const command = async (...args: readonly string[]) => {
    const written = { out: '', err: '' };
    const exit = await main(['appraise', '--run', run, ...args], {
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
    });
    return { exit, ...written };
  };

  it('exits 0 where nothing changes, and 1 where something would', async () => {
    const same = await command('--policy', 'lab');
    expect(same).toMatchObject({ exit: 0, err: '' });
    expect(same.out).toMatch(/android-tee: 1 appraisals\n {2}nothing would change/);

    writeFileSync(
      policies('p.yaml'),
      'id: p\nextends: lab\nandroidKey: { minimumLevel: STRONG_BOX }',
    );
    const refused = await command('--policy', policies('p.yaml'));
    expect(refused.exit).toBe(1);
    expect(refused.out).toMatch(/no longer be accepted: android-key, by\s+android-key\/level-suff/);

    const admitted = await command('--policy', 'baseline', '--json');
    expect(admitted.exit).toBe(1);
    expect(JSON.parse(admitted.out)).toEqual(whatIf(run, POLICIES.baseline));
  });

  it('needs a policy, and takes no evidence beside the run', async () => {
    expect((await command()).err).toMatch(/--run needs --policy/);
    const stray = await command('--policy', 'lab', '--at', '2026-01-01T00:00:00Z');
    expect(stray.err).toMatch(/--at is no option beside --run/);
  });
});
