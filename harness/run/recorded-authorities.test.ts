import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../encoding/bytes.js';
import { testVendors } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { recordedAuthorities } from './recorded-authorities.js';
import { recordTestRun } from './testing/recorded-run.js';

const reports = mkdtempSync(join(tmpdir(), 'attestlab-authorities-'));
const good = testVendors();
const unlocked = testVendors();
let run = '';

beforeAll(async () => {
  run = await recordTestRun(reports, { good, unlocked });
});

afterAll(() => {
  rmSync(reports, { recursive: true });
});

describe('the authorities that a run met', () => {
  it('are those of accepted evidence, without the phone’s own certificate', () => {
    const met = recordedAuthorities(run);
    expect(met.map(({ subject }) => subject.text)).toEqual([
      expect.stringMatching(/O=TEE/) as string,
      expect.stringMatching(/Droid CA3/) as string,
      expect.stringMatching(/Droid CA2/) as string,
      met[3]?.issuer.text,
    ]);
    const roots = met.map(({ raw }) => toHex(raw));
    expect(good.androidAnchors.map(toHex).some((root) => roots.includes(root))).toBe(true);
    expect(unlocked.androidAnchors.map(toHex).some((root) => roots.includes(root))).toBe(false);
  });
});
