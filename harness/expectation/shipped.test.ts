import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { loadExpectations } from './load-expectations.js';

const folder = join(productRoot, 'fixtures', 'expectations');

const SCENARIOS = [
  'hardware-keys/ladder',
  'hardware-keys/rsa',
  'attestation/issuance',
  'attestation/no-evidence',
  'attestation/tampered-csr',
  'attestation/swapped-key',
  'attestation/replayed-challenge',
  'attestation/foreign-challenge',
  'signed-body/accepted-once',
  'signed-body/replayed',
  'signed-body/tampered',
  'signed-body/stale',
  'signed-body/rolled-back',
  'signed-body/redirected',
  'cost/operations',
];

describe('the expectations that ship', () => {
  it.each(['android-tee', 'iphone-secure-enclave'])('cover every scenario for %s', (name) => {
    const jobs = SCENARIOS.map((scenarioId) => ({ class: name, scenarioId }));
    const expectations = loadExpectations(folder, jobs);
    for (const job of jobs) expect(Object.keys(expectations.of(job))).not.toHaveLength(0);
  });

  it('name a check for every refusal of a service, as "some failure" is no pass', () => {
    for (const name of ['android-tee', 'iphone-secure-enclave']) {
      const expectations = loadExpectations(folder, []);
      for (const scenarioId of SCENARIOS) {
        const entries = Object.values(expectations.of({ class: name, scenarioId }));
        for (const entry of entries) {
          if (entry.kind !== 'response' || entry.status < 400) continue;
          expect(entry.code).not.toBeNull();
          expect(entry.failing).not.toHaveLength(0);
        }
      }
    }
  });
});
