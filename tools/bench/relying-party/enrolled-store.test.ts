import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALL_ACCEPTED, openStore } from '../../../harness/relying-party/index.js';
import { fillStore } from './enrolled-store.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-bench-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a store that is filled for the benchmark', () => {
  it('holds registrations as enrolments leave them', async () => {
    const file = join(folder, 'enrolled.db');
    await fillStore(file, 20);
    const store = await openStore(`sqlite:${file}`);
    try {
      const registration = await store.findRegistration('bulk-20');
      if (registration === null) throw new Error('the last registration is missing');
      const { tlsKey, ...others } = registration;
      expect(others).toMatchObject({ subject: 'subject-20', platform: 'android' });
      expect(tlsKey.keyId).toHaveLength(43);
      expect(await store.findRegistrationByTlsKey(tlsKey.keyId)).toEqual(registration);
      expect(await store.findSigningKeyOf('bulk-20')).toMatchObject({
        ...{ epoch: 1n, lastCounter: null, accepted: ALL_ACCEPTED, protection: 'attested' },
      });
    } finally {
      await store.close();
    }
  });
});
