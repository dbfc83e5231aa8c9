import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ChallengeRecord,
  ClosableStore,
  KeyClaim,
  RegisteredKey,
  Registration,
  Reply,
} from '../index.js';

const RECORD: ChallengeRecord = {
  challenge: 'c',
  subject: 'phone',
  purpose: 'tls',
  registrationId: null,
  issuedAtMs: 1_795_000_000_000,
  expiresAtMs: 1_795_000_120_000,
  spentBy: null,
  reply: null,
};

const REPLY: Reply = {
  status: 201,
  contentType: 'application/json',
  body: '{"a":"\u00e9"}',
  code: null,
  subject: 'phone',
  registrationId: 'r',
  keyId: 'k',
  checks: [{ id: 'challenge/known', status: 'passed' }],
};

/** The highest counter that a request can state. */
const MAX_U64 = 2n ** 64n - 1n;

/** A store that is opened by two processes, or looks like it: both see the same. */
export interface StorePair {
  readonly store: ClosableStore;
  readonly other: ClosableStore;
}

/** What every store keeps to, tested on pairs that share one store. */
export function describeStore(open: () => Promise<StorePair>): void {
  let store: ClosableStore;
  let other: ClosableStore;
  let names = 0;
  beforeAll(async () => {
    ({ store, other } = await open());
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await other.close();
    await store.close();
  });
  // One store serves all tests, so each has names of its own.
  const fresh = (stem: string) => `${stem}-${++names}`;
  const challenge = (): ChallengeRecord => ({ ...RECORD, challenge: fresh('challenge') });
  const claim = (): KeyClaim => ({
    ...{ keyId: fresh('key'), use: 'tls', subject: 'phone', registrationId: 'r' },
  });
  const key = (keyId = fresh('key')): RegisteredKey => ({
    ...{ keyId, spki: Uint8Array.of(0, 128, 255), protection: 'attested' },
  });
  const registration = (): Registration => ({
    ...{ id: fresh('registration'), subject: 'phone', platform: 'ios', tlsKey: key() },
    ...{ earlierTlsKeyIds: [], registeredAtMs: 1_795_000_000_001 },
    appAttestKey: { keyId: fresh('app'), publicKey: Uint8Array.of(4, 200) },
  });
  const either = (index: number) => (index % 2 === 0 ? store : other);

  describe('challenges', () => {
    it('remembers a challenge as it was issued', async () => {
      const record = challenge();
      await store.addChallenge(record);
      expect(await other.findChallenge(record.challenge)).toEqual(record);
      expect(await store.findChallenge('never issued')).toBeNull();
    });

    it('lets one of a thousand spend a challenge, and tells the others who did', async () => {
      const record = challenge();
      await store.addChallenge(record);
      const spendings = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          either(index).spendChallenge(record.challenge, `request-${index}`),
        ),
      );
      const winners = spendings.flatMap(({ outcome }, at) => (outcome === 'spent' ? [at] : []));
      expect(winners).toHaveLength(1);
      const lost = { outcome: 'spent-before', by: `request-${winners[0]}`, reply: null };
      expect(spendings.filter((_, at) => at !== winners[0])).toEqual(Array(999).fill(lost));
    });

    it('gives the reply, byte for byte, to whoever comes late', async () => {
      const record = challenge();
      await store.addChallenge(record);
      await store.spendChallenge(record.challenge, 'first');
      await store.recordReply(record.challenge, REPLY);
      const spending = { outcome: 'spent-before', by: 'first', reply: REPLY };
      expect(await other.spendChallenge(record.challenge, 'late')).toEqual(spending);
      expect(await other.findChallenge(record.challenge)).toEqual({
        ...{ ...record, spentBy: 'first', reply: REPLY },
      });
    });

    it('does not spend what it does not know, nor keeps a reply to it', async () => {
      await expect(store.spendChallenge('never issued', 'd')).rejects.toThrow(/forgotten/);
      await expect(store.recordReply('never issued', REPLY)).rejects.toThrow(/forgotten/);
    });

    it('answers writes beside one that fails', async () => {
      const records = Array.from({ length: 20 }, challenge);
      await Promise.all(records.map((record) => store.addChallenge(record)));
      const answers = await Promise.allSettled([
        store.spendChallenge('never issued', 'd'),
        ...records.map((record) => store.spendChallenge(record.challenge, 'd')),
      ]);
      expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      const spent = { status: 'fulfilled', value: { outcome: 'spent' } };
      expect(answers.slice(1)).toEqual(records.map(() => spent));
    });

    it('forgets the challenges that it is told to, and no others', async () => {
      const records = Array.from({ length: 250 }, challenge);
      const [kept, ...forgotten] = records;
      await Promise.all(records.map((record) => store.addChallenge(record)));
      await store.forgetChallenges([...forgotten.map((one) => one.challenge), 'never issued']);
      await store.forgetChallenges([]);
      const found = await Promise.all(records.map((one) => other.findChallenge(one.challenge)));
      expect(found.filter((one) => one !== null)).toEqual([kept]);
    });
  });

  describe('claims', () => {
    it('lets one of many registrations claim a key', async () => {
      const wanted = claim();
      const holders = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          either(index).claimKeys([{ ...wanted, registrationId: `r-${index}` }]),
        ),
      );
      const holder = await store.findHolder(wanted.keyId);
      expect(holder?.registrationId).toMatch(/^r-\d+$/);
      expect(holders).toEqual(Array(50).fill([holder]));
    });

    it('claims all keys or none', async () => {
      const [held, free] = [claim(), claim()];
      await store.claimKeys([{ ...held, subject: 'other' }]);
      const answer = await store.claimKeys([free, held]);
      expect(answer).toEqual([free, { ...held, subject: 'other' }]);
      expect(await store.findHolder(free.keyId)).toBeNull();
      expect(await other.findHolder(held.keyId)).toEqual({ ...held, subject: 'other' });
    });

    it('never splits keys that are claimed together in any order', async () => {
      const [one, two] = [claim(), claim()];
      await Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          const own = [one, two].map((wanted) => ({ ...wanted, registrationId: `r-${index}` }));
          return either(index).claimKeys(index % 4 < 2 ? own : own.reverse());
        }),
      );
      const holders = await Promise.all([one, two].map(({ keyId }) => store.findHolder(keyId)));
      expect(holders[0]?.registrationId).toMatch(/^r-/);
      expect(holders[1]?.registrationId).toBe(holders[0]?.registrationId);
    });

    it('takes a claim that stands already for granted, and holds it for its use alone', async () => {
      const wanted = claim();
      await store.claimKeys([wanted]);
      expect(await other.claimKeys([{ ...wanted }])).toEqual([wanted]);
      expect(await store.claimKeys([{ ...wanted, use: 'sign' }])).toEqual([wanted]);
      expect(await store.claimKeys([])).toEqual([]);
    });
  });

  describe('registrations', () => {
    it('remembers a registration as it was saved', async () => {
      const [ios, bare] = [registration(), { ...registration(), appAttestKey: null }];
      await store.saveRegistration(ios);
      await store.saveRegistration({ ...bare, platform: null });
      expect(await other.findRegistration(ios.id)).toEqual(ios);
      expect(await other.findRegistrationByTlsKey(ios.tlsKey.keyId)).toEqual(ios);
      expect(await store.findRegistration(bare.id)).toEqual({ ...bare, platform: null });
      expect(await store.findRegistration('none')).toBeNull();
      expect(await store.findRegistrationByTlsKey('none')).toBeNull();
    });

    it('saves a registration again in place of the one before', async () => {
      const saved = registration();
      await store.saveRegistration(saved);
      const again: Registration = { ...saved, subject: 'another', platform: 'android' };
      await store.saveRegistration(again);
      expect(await store.findRegistrationByTlsKey(saved.tlsKey.keyId)).toEqual(again);
    });

    it('knows a registration by the keys before its present one until they are retired', async () => {
      const saved = registration();
      const keys = [saved.tlsKey, key(), key()];
      const ids = keys.map(({ keyId }) => keyId);
      await store.saveRegistration(saved);
      for (const tlsKey of keys.slice(1)) await store.replaceTlsKey(saved.id, { tlsKey });
      await store.retireEarlierTlsKeys(saved.id, ids[1] ?? '');
      const known = async () => {
        const found = await Promise.all(ids.map((id) => other.findRegistrationByTlsKey(id)));
        return found.map((one) => one?.id ?? null);
      };
      expect(await known()).toEqual([saved.id, saved.id, saved.id]);
      const present = await store.findRegistration(saved.id);
      expect(present).toMatchObject({ tlsKey: keys[2], earlierTlsKeyIds: ids.slice(0, 2) });
      await store.retireEarlierTlsKeys(saved.id, ids[2] ?? '');
      expect(await known()).toEqual([null, null, saved.id]);
    });

    it('changes with a connection key what it is told to, and leaves the rest', async () => {
      const saved = registration();
      await store.saveRegistration(saved);
      await store.replaceTlsKey(saved.id, { tlsKey: key() });
      expect(await store.findRegistration(saved.id)).toMatchObject({
        ...{ platform: 'ios', appAttestKey: saved.appAttestKey },
      });
      const appAttestKey = { keyId: fresh('app'), publicKey: Uint8Array.of(4, 1) };
      await store.replaceTlsKey(saved.id, { tlsKey: saved.tlsKey, appAttestKey, platform: null });
      const changed = await store.findRegistration(saved.id);
      expect(changed).toMatchObject({ platform: null, appAttestKey, tlsKey: saved.tlsKey });
      expect(changed?.earlierTlsKeyIds).toHaveLength(1);
    });

    it('keeps every key of parallel replacements', async () => {
      const saved = registration();
      await store.saveRegistration(saved);
      const keys = Array.from({ length: 20 }, () => key());
      await Promise.all(
        keys.map((tlsKey, index) => either(index).replaceTlsKey(saved.id, { tlsKey })),
      );
      const { tlsKey, earlierTlsKeyIds } = (await store.findRegistration(saved.id)) ?? saved;
      expect(new Set([...earlierTlsKeyIds, tlsKey.keyId])).toEqual(
        new Set([saved.tlsKey, ...keys].map(({ keyId }) => keyId)),
      );
      expect(earlierTlsKeyIds).toHaveLength(20);
    });

    it('changes no registration that it does not know', async () => {
      await expect(store.replaceTlsKey('none', { tlsKey: key() })).rejects.toThrow(
        /no registration/,
      );
      await expect(store.retireEarlierTlsKeys('none', 'k')).rejects.toThrow(/no registration/);
    });
  });

  describe('counters', () => {
    it('advances a counter once from each value, and only in the current epoch', async () => {
      const signing = key();
      const { epoch } = await store.replaceSigningKey(fresh('r'), signing);
      const { keyId } = signing;
      const step = { keyId, epoch, from: null, to: 5n };
      const taken = await Promise.all(
        Array.from({ length: 100 }, (_, index) => either(index).advanceCounter(step)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await store.advanceCounter({ ...step, epoch: 2n, from: 5n, to: 6n })).toBe(false);
      expect(await store.advanceCounter({ ...step, keyId: 'none' })).toBe(false);
      expect(await store.advanceCounter({ ...step, from: 5n, to: MAX_U64 })).toBe(true);
      expect(await other.findSigningKey(keyId)).toMatchObject({ lastCounter: MAX_U64 });
    });

    it('starts a new epoch without a counter for each signing key of a registration', async () => {
      const [owner, first, second] = [fresh('r'), key(), key()];
      const registered = { registrationId: owner, lastCounter: null, accepted: MAX_U64 };
      expect(await store.replaceSigningKey(owner, first)).toEqual({
        ...{ ...first, ...registered, epoch: 1n },
      });
      const step = { keyId: first.keyId, epoch: 1n, from: null, to: 9n };
      await store.advanceCounter(step);
      const again = await other.replaceSigningKey(owner, first);
      expect(again).toEqual({ ...first, ...registered, epoch: 2n });
      expect(await store.advanceCounter({ ...step, from: 9n, to: 10n })).toBe(false);
      const replaced = await store.replaceSigningKey(owner, second);
      expect(replaced).toEqual({ ...second, ...registered, epoch: 3n });
      expect(await other.findSigningKeyOf(owner)).toEqual(replaced);
      expect(await store.findSigningKey(second.keyId)).toEqual(replaced);
      expect(await store.findSigningKey(first.keyId)).toBeNull();
      expect(await store.findSigningKeyOf('none')).toBeNull();
    });

    it('takes one of many steps within a window, and none from other bits', async () => {
      const signing = key();
      const { epoch } = await store.replaceSigningKey(fresh('r'), signing);
      const { keyId } = signing;
      const first = { keyId, epoch, from: null, to: 9n, accepted: { from: MAX_U64, to: 1n } };
      expect(await store.advanceCounter(first)).toBe(true);
      const late = (index: number) => ({
        ...{ keyId, epoch, from: 9n, to: 9n },
        accepted: { from: 1n, to: 1n | (1n << BigInt(index + 1)) },
      });
      const taken = await Promise.all(
        Array.from({ length: 60 }, (_, index) => either(index).advanceCounter(late(index))),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      const { accepted } = late(taken.indexOf(true));
      expect(await other.findSigningKey(keyId)).toMatchObject({
        ...{ lastCounter: 9n, accepted: accepted.to },
      });
      const stale = { ...first, from: 9n, to: 10n, accepted: { from: 1n, to: 3n } };
      expect(await store.advanceCounter(stale)).toBe(false);
    });

    it('takes every counter for accepted once one was counted without a window', async () => {
      const signing = key();
      const { epoch } = await store.replaceSigningKey(fresh('r'), signing);
      const { keyId } = signing;
      const window = { from: MAX_U64, to: 1n };
      await store.advanceCounter({ keyId, epoch, from: null, to: 9n, accepted: window });
      expect(await other.advanceCounter({ keyId, epoch, from: 9n, to: 20n })).toBe(true);
      const found = await store.findSigningKey(keyId);
      expect(found).toMatchObject({ lastCounter: 20n, accepted: MAX_U64 });
      expect(await store.findSigningKeyOf(found?.registrationId ?? '')).toEqual(found);
    });

    it('lets one of many use a nonce, until it is forgotten', async () => {
      const nonce = { keyId: fresh('key'), epoch: 1n, nonce: MAX_U64 };
      expect(await store.wasNonceUsed(nonce)).toBe(false);
      const taken = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          either(index).useNonce({ ...nonce, endsAtMs: 1_795_000_000_000 }),
        ),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      for (const fresher of [{ epoch: 2n }, { nonce: 0n }, { keyId: fresh('key') }]) {
        expect(await other.wasNonceUsed({ ...nonce, ...fresher })).toBe(false);
      }
      await store.forgetNonces(1_795_000_000_000);
      expect(await other.wasNonceUsed(nonce)).toBe(true);
      await store.forgetNonces(1_795_000_000_001);
      expect(await other.wasNonceUsed(nonce)).toBe(false);
      expect(await other.useNonce({ ...nonce, endsAtMs: 1_795_000_000_000 })).toBe(true);
    });

    it('gives each of parallel signing keys an epoch of its own', async () => {
      const owner = fresh('r');
      const made = await Promise.all(
        Array.from({ length: 30 }, (_, index) => either(index).replaceSigningKey(owner, key())),
      );
      expect(new Set(made.map(({ epoch }) => epoch)).size).toBe(30);
      const present = await store.findSigningKeyOf(owner);
      expect(present).toEqual(made.find(({ epoch }) => epoch === 30n));
    });

    it('advances the counters of an App Attest key once from each pair of values', async () => {
      const keyId = fresh('app');
      const from = await store.appAttestCounters(keyId);
      expect(from).toEqual({ assertion: null, request: null });
      const step = { keyId, from, to: { assertion: 2 ** 32 - 1, request: MAX_U64 } };
      const taken = await Promise.all(
        Array.from({ length: 50 }, (_, index) => either(index).advanceAppAttestCounters(step)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      const odd = [
        { ...step.to, assertion: 0 },
        { ...step.to, request: 6n },
        { ...step.to, request: null },
      ];
      for (const read of odd) {
        const next = { ...step, from: read, to: { assertion: 2, request: 8n } };
        expect(await store.advanceAppAttestCounters(next)).toBe(false);
      }
      expect(await other.appAttestCounters(keyId)).toEqual(step.to);
    });

    it('advances no counters of a key of which it knows other ones', async () => {
      const to = { assertion: 2, request: null };
      const step = { keyId: fresh('app'), from: { assertion: 1, request: null }, to };
      expect(await store.advanceAppAttestCounters(step)).toBe(false);
      expect(await store.appAttestCounters(step.keyId)).toEqual({ assertion: null, request: null });
    });
  });

  describe('the deny list', () => {
    it('has each key once, with the last reason, oldest entry first', async () => {
      const [early, late] = [fresh('key'), fresh('key')];
      await store.deny({ keyId: late, reason: 'leaked', deniedAtMs: 1_795_000_000_002 });
      await store.deny({ keyId: early, reason: 'lost', deniedAtMs: 1_795_000_000_003 });
      await other.deny({ keyId: early, reason: 'stolen', deniedAtMs: 1_795_000_000_001 });
      expect(await store.denied()).toEqual([
        { keyId: early, reason: 'stolen', deniedAtMs: 1_795_000_000_001 },
        { keyId: late, reason: 'leaked', deniedAtMs: 1_795_000_000_002 },
      ]);
      expect(await other.allow(late)).toBe(true);
      expect(await store.allow(late)).toBe(false);
      expect((await store.denied()).map(({ keyId }) => keyId)).toEqual([early]);
    });
  });
}
