import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { conductDirectly } from './direct-lane.js';
import type { Run } from './run.js';
import { faultLab } from './testing/fault-lab.js';

const labs: string[] = [];
afterEach(() => {
  for (const lab of labs.splice(0)) rmSync(lab, { recursive: true, force: true });
});

function night(phone: string, onStarted: (run: Run) => void = () => undefined) {
  const lab = faultLab(['hardware-keys/rsa', 'attestation/no-evidence']);
  labs.push(lab);
  const reports = join(lab, 'reports');
  return conductDirectly({ lab, reports, timeScale: 0, phones: [phone], onStarted });
}

/** Lets the phones of a run be given another probe than the lab's. */
function replacing(platform: string, from: RegExp, to: string): (run: Run) => void {
  return ({ folder }) => {
    const file = join(folder, 'probes', `${platform}.json`);
    const before = readFileSync(file, 'utf8');
    expect(before).toMatch(from);
    writeFileSync(file, before.replace(from, to));
  };
}

describe('the installed probe of a run', () => {
  it.each([
    ['pixel-strongbox', { installer: null, statedBy: 'package', teamId: null }],
    [
      'iphone-enclave',
      { installer: /Apple Development/, statedBy: 'system', teamId: 'ATTESTLAB0' },
    ],
  ])('is on record: %s', async (phone, { installer, ...probe }) => {
    const { record, gate } = await night(phone);
    expect(record.phones).toMatchObject([{ probe: { app: 'org.attestlab.probe', ...probe } }]);
    const said = record.phones[0]?.probe?.installer ?? null;
    if (installer === null) expect(said).toBeNull();
    else expect(said).toMatch(installer);
    expect(gate.exit).toBe(0);
  });

  it.each([
    [
      'pixel-strongbox',
      replacing('android', /"[0-9a-f]{64}"/, `"${'ab'.repeat(32)}"`),
      /signer abab/,
    ],
    ['iphone-enclave', replacing('ios', /ATTESTLAB0/, 'ZZZZZZZZZZ'), /team ZZZZZZZZZZ/],
  ])('gates nothing where it is another than the lab’s: %s', async (phone, replace, why) => {
    const { record, outcomes, gate } = await night(phone, replace);
    expect(outcomes.length).toBeGreaterThan(1);
    for (const { outcome } of outcomes) {
      expect(outcome).toMatchObject({
        outcome: 'inconclusive',
        error: { code: 'ERR_PROBE_IDENTITY', message: expect.stringMatching(why) as string },
      });
    }
    expect(gate.exit).toBe(4);
    expect(record.phones[0]?.probe).toBeDefined();
  });
});
