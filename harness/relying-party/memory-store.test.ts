import { describe, expect, it } from 'vitest';
import { MemoryStore, type ChallengeRecord, type KeyClaim, type Reply } from './index.js';

const RECORD: ChallengeRecord = {
  challenge: 'c',
  subject: 'phone',
  purpose: 'tls',
  registrationId: null,
  issuedAtMs: 0,
  expiresAtMs: 1_000,
  spentBy: null,
  reply: null,
};

const REPLY: Reply = {
  status: 201,
  contentType: 'application/json',
  body: '{}',
  code: null,
  subject: 'phone',
  registrationId: 'r',
  keyId: 'k',
  checks: [],
};

const CLAIM: KeyClaim = { keyId: 'k', use: 'tls', subject: 'phone', registrationId: 'r' };
const KEY = { keyId: 's', spki: new Uint8Array(1), protection: 'attested' } as const;

describe('a store', () => {
  it('lets one of many spend a challenge, and tells the others who did', async () => {
    const store = new MemoryStore();
    await store.addChallenge(RECORD);
    const spendings = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.spendChallenge('c', `request-${index}`)),
    );
    expect(spendings.filter(({ outcome }) => outcome === 'spent')).toHaveLength(1);
    for (const spending of spendings.slice(1)) {
      expect(spending).toEqual({ outcome: 'spent-before', by: 'request-0', reply: null });
    }
    await store.recordReply('c', REPLY);
    expect(await store.spendChallenge('c', 'late')).toMatchObject({ reply: REPLY });
  });

  it('forgets the challenges that it is told to, and no others', async () => {
    const store = new MemoryStore();
    await store.addChallenge(RECORD);
    await store.addChallenge({ ...RECORD, challenge: 'd', expiresAtMs: 2_000 });
    await store.forgetChallenges(['c', 'never issued']);
    expect(await store.findChallenge('c')).toBeNull();
    expect(await store.findChallenge('d')).not.toBeNull();
  });

  it('lets one of many claim a key', async () => {
    const store = new MemoryStore();
    const holders = await Promise.all(
      ['one', 'two', 'three'].map((subject) => store.claimKeys([{ ...CLAIM, subject }])),
    );
    expect(holders.map(([holder]) => holder?.subject)).toEqual(['one', 'one', 'one']);
  });

  it('claims all keys or none', async () => {
    const store = new MemoryStore();
    await store.claimKeys([{ ...CLAIM, subject: 'other' }]);
    const fresh: KeyClaim = { ...CLAIM, keyId: 'a', use: 'app-attest' };
    await store.claimKeys([fresh, CLAIM]);
    expect(await store.findHolder('a')).toBeNull();
    expect(await store.findHolder('k')).toMatchObject({ subject: 'other' });
  });

  it('takes a claim that stands already for granted', async () => {
    const store = new MemoryStore();
    await store.claimKeys([CLAIM]);
    expect(await store.claimKeys([{ ...CLAIM }])).toEqual([CLAIM]);
  });

  it('advances a counter once from each value, and only in the current epoch', async () => {
    const store = new MemoryStore();
    const { epoch } = await store.replaceSigningKey('r', KEY);
    const step = { keyId: 's', epoch, from: null, to: 5n };
    const taken = await Promise.all(Array.from({ length: 20 }, () => store.advanceCounter(step)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await store.advanceCounter({ ...step, epoch: 2n, from: 5n, to: 6n })).toBe(false);
    expect(await store.advanceCounter({ ...step, from: 5n, to: 6n })).toBe(true);
    expect(await store.findSigningKey('s')).toMatchObject({ lastCounter: 6n });
  });

  it('starts a new epoch without a counter for each signing key of a registration', async () => {
    const store = new MemoryStore();
    await store.replaceSigningKey('r', KEY);
    await store.advanceCounter({ keyId: 's', epoch: 1n, from: null, to: 9n });
    const again = await store.replaceSigningKey('r', KEY);
    expect(again).toMatchObject({ epoch: 2n, lastCounter: null });
    expect(await store.advanceCounter({ keyId: 's', epoch: 1n, from: 9n, to: 10n })).toBe(false);
  });

  it('advances the counters of an App Attest key once from each pair of values', async () => {
    const store = new MemoryStore();
    const from = await store.appAttestCounters('a');
    expect(from).toEqual({ assertion: null, request: null });
    const step = { keyId: 'a', from, to: { assertion: 1, request: 7n } };
    expect(await store.advanceAppAttestCounters(step)).toBe(true);
    expect(await store.advanceAppAttestCounters(step)).toBe(false);
    for (const odd of [
      { ...step.to, assertion: 0 },
      { ...step.to, request: 6n },
    ]) {
      const next = { ...step, from: odd, to: { assertion: 2, request: 8n } };
      expect(await store.advanceAppAttestCounters(next)).toBe(false);
    }
    expect(await store.appAttestCounters('a')).toEqual(step.to);
  });

  it('knows a registration by the keys before its present one until they are retired', async () => {
    const store = new MemoryStore();
    const key = (keyId: string) =>
      ({ keyId, spki: new Uint8Array(1), protection: 'none' }) as const;
    await store.saveRegistration({
      ...{ id: 'r', subject: 'phone', platform: null, appAttestKey: null, registeredAtMs: 0 },
      ...{ tlsKey: key('one'), earlierTlsKeyIds: [] },
    });
    await store.replaceTlsKey('r', { tlsKey: key('two') });
    await store.replaceTlsKey('r', { tlsKey: key('three') });
    await store.retireEarlierTlsKeys('r', 'two');
    const known = () =>
      Promise.all(['one', 'two', 'three'].map((id) => store.findRegistrationByTlsKey(id)));
    const ids = (found: Awaited<ReturnType<typeof known>>) => found.map((one) => one?.id ?? null);
    expect(ids(await known())).toEqual(['r', 'r', 'r']);
    await store.retireEarlierTlsKeys('r', 'three');
    expect(ids(await known())).toEqual([null, null, 'r']);
  });

  it('keeps the deny list in the order of its entries, one for each key', async () => {
    const store = new MemoryStore();
    const entry = (keyId: string, deniedAtMs: number, reason = 'lost') =>
      ({ keyId, reason, deniedAtMs }) as const;
    await store.deny(entry('b', 2));
    await store.deny(entry('a', 1));
    await store.deny(entry('b', 3, 'stolen'));
    expect(await store.denied()).toEqual([entry('a', 1), entry('b', 3, 'stolen')]);
    expect([await store.allow('a'), await store.allow('a')]).toEqual([true, false]);
    expect(await store.denied()).toEqual([entry('b', 3, 'stolen')]);
  });
});
