import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { loadTrust, parseRevocationList, type TrustSet } from '../trust/index.js';
import { BASELINE, LAB, type AppraisalPolicy } from '../verifier/index.js';
import { trustGaps } from './trust-gaps.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const listOf = (ageDays: number | null) =>
  parseRevocationList('{"entries":{}}', ageDays === null ? null : NOW.getTime() - ageDays * DAY_MS);
const shipped: TrustSet = {
  ...loadTrust(join(productRoot, 'fixtures', 'trust')),
  revocation: listOf(6),
};

const gaps = (changes: Partial<TrustSet>, policy: AppraisalPolicy = LAB) =>
  trustGaps({ ...shipped, ...changes }, { policy, now: NOW }).map(
    ({ phones, reason }) => `${phones}: ${reason}`,
  );

describe('whom a trust set leaves out', () => {
  it('is nobody where roots are trusted and the status list is fresh', () => {
    expect(gaps({})).toEqual([]);
  });

  it.each([
    [{ androidAnchors: [] }, 'Android phone: no root of Key Attestation is trusted'],
    [{ appAttestAnchors: [] }, 'iPhone: no root of App Attest is trusted'],
    [{ receiptAnchors: [] }, 'iPhone: no root of App Attest receipts is trusted'],
    [
      { revocation: null },
      'Android phone: there is no status list, and policy lab wants one of at most 7 days',
    ],
    [
      { revocation: listOf(8) },
      'Android phone: the status list is 8.0 days old, and policy lab wants one of at most 7 days',
    ],
    [
      { revocation: listOf(null) },
      'Android phone: nobody noted when the status list was taken, and policy lab wants one of at most 7 days',
    ],
    [
      { revocation: parseRevocationList('[]', NOW.getTime()) },
      'Android phone: the status list is unusable: no object "entries"',
    ],
  ])('is told with its reason: %#', (changes, gap) => {
    expect(gaps(changes)).toEqual([gap]);
  });

  it('is nobody where the policy does not ask for what is missing', () => {
    expect(gaps({ revocation: null }, BASELINE)).toEqual([]);
    const appAttest = { ...LAB.appAttest, embeddedReceipt: 'not-judged' } as const;
    expect(gaps({ receiptAnchors: [] }, { ...LAB, appAttest })).toEqual([]);
    const reported = [...LAB.reported, 'app-attest/anchor-trusted'] as const;
    const required = LAB.required.filter((id) => id !== 'app-attest/anchor-trusted');
    expect(gaps({ appAttestAnchors: [] }, { ...LAB, reported, required })).toEqual([]);
  });
});
