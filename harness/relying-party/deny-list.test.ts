import { afterEach, describe, expect, it, vi } from 'vitest';
import { DenyList, MemoryStore, type DenyEntry } from './index.js';
import { enrolled, refusalOf, valueOf, withSigningKey } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab } from './testing/test-lab.js';
import { androidPhone, iPhone } from './testing/test-phone.js';

afterEach(() => {
  vi.useRealTimers();
});

const entryOf = (keyId: string): DenyEntry => ({ keyId, reason: 'stolen', deniedAtMs: 1 });

const opened = (store: MemoryStore, onFault: (error: unknown) => void = () => undefined) =>
  DenyList.open({ store, onFault, refreshMs: 1_000 });

describe('the deny list', () => {
  it('is known before anything is asked of it', async () => {
    const store = new MemoryStore();
    await store.deny(entryOf('k'));
    const list = await opened(store);
    expect(list.find(['other', 'k'])).toEqual(entryOf('k'));
    expect(list.find(['other'])).toBeNull();
    list.close();
  });

  it('is not read for a question, but after a change and from time to time', async () => {
    vi.useFakeTimers();
    const store = new MemoryStore();
    const list = await opened(store);
    const read = vi.spyOn(store, 'denied');
    list.find(['k']);
    expect(read).not.toHaveBeenCalled();
    await list.deny(entryOf('k'));
    expect(list.find(['k'])).not.toBeNull();
    await store.deny(entryOf('by another process'));
    expect(list.find(['by another process'])).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(list.find(['by another process'])).not.toBeNull();
    expect(await list.allow('k')).toBe(true);
    expect(list.find(['k'])).toBeNull();
    list.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('stays in force where it cannot be read any more, and says so', async () => {
    vi.useFakeTimers();
    const store = new MemoryStore();
    await store.deny(entryOf('k'));
    const faults: unknown[] = [];
    const list = await opened(store, (error) => faults.push(error));
    vi.spyOn(store, 'denied').mockRejectedValue(new Error('the store is gone'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(faults).toHaveLength(1);
    expect(list.find(['k'])).not.toBeNull();
    list.close();
  });

  it('keeps a relying party from starting where it cannot be read', async () => {
    const store = new MemoryStore();
    vi.spyOn(store, 'denied').mockRejectedValue(new Error('the store is gone'));
    await expect(startTestLab({ store })).rejects.toThrow(/the store is gone/);
  });
});

describe('a denied key', () => {
  it('ends on a connection that stands, and works again once it is allowed', async () => {
    const lab = await startTestLab();
    const { identity, tlsKey } = await enrolled(lab, androidPhone(lab.vendors));
    const client = lab.apiClient(identity);
    await lab.party.denyList.deny(entryOf(tlsKey.keyId));
    expect(refusalOf(await client.requestSignChallenge())).toEqual({
      ...{ code: 'key_denied', status: 401, failed: ['client-certificate/key-not-denied'] },
    });
    await lab.party.denyList.allow(tlsKey.keyId);
    valueOf(await client.requestSignChallenge());
    await lab.party.close();
  });

  it('is not claimed by who presents it, so that it is free once it is allowed', async () => {
    const lab = await startTestLab();
    const client = lab.enrolClient();
    const { challenge } = valueOf(await client.requestTlsChallenge('thief'));
    const bound = { purpose: 'tls', rpId: RP_ID } as const;
    const prepared = await androidPhone(lab.vendors).prepare(challenge, bound);
    const { csr, evidence } = prepared;
    await lab.party.denyList.deny(entryOf(prepared.key.keyId));
    const refused = await client.enrol({ subject: 'thief', challenge, csr, evidence });
    expect(refusalOf(refused).failed).toEqual(['registration/keys-not-denied']);
    expect(await lab.store.findHolder(prepared.key.keyId)).toBeNull();
    await lab.party.close();
  });

  it('vouches for no further key: a phone’s App Attest key', async () => {
    const lab = await startTestLab();
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const registration = await lab.store.findRegistration(phone.registrationId);
    await lab.party.denyList.deny(entryOf(registration?.appAttestKey?.keyId ?? ''));
    await expect(withSigningKey(lab, phone)).rejects.toThrow(/key_denied/);
    await lab.party.close();
  });
});
