import { describe, expect, it } from 'vitest';
import { MemoryStore, type CounterStep, type RegisteredKey, type SigningKey } from './index.js';
import { KnownSigningKeys } from './known-signing-keys.js';

const REGISTERED: RegisteredKey = { keyId: 'k', spki: new Uint8Array(1), protection: 'attested' };

class CountingStore extends MemoryStore {
  lookUps = 0;

  override findSigningKey(keyId: string): Promise<SigningKey | null> {
    this.lookUps += 1;
    return super.findSigningKey(keyId);
  }
}

async function known() {
  const store = new CountingStore();
  await store.replaceSigningKey('registration', REGISTERED);
  let nowMs = 0;
  const keys = new KnownSigningKeys(store, () => nowMs);
  const found = async (source: 'memory' | 'store' = 'memory') => {
    const key = await keys.find('k', source);
    if (key === null) throw new Error('no such key');
    return key;
  };
  const advance = async (to: bigint): Promise<boolean> => {
    const { key } = await found();
    return keys.advance(key, { to });
  };
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { store, keys, found, advance, wait };
}

function stepOf({ keyId, epoch, lastCounter: from }: SigningKey, to: bigint): CounterStep {
  return { keyId, epoch, from, to };
}

describe('a signing key that is remembered', () => {
  it('is read once for requests that follow one another', async () => {
    const { store, found, advance } = await known();
    for (let to = 1n; to <= 10n; to += 1n) expect(await advance(to)).toBe(true);
    expect(store.lookUps).toBe(1);
    expect(await found()).toMatchObject({ remembered: true, key: { lastCounter: 10n } });
    expect((await found()).key).toEqual((await found('store')).key);
  });

  it('is read again after a second', async () => {
    const { store, found, advance, wait } = await known();
    await advance(1n);
    wait(999);
    expect(await found()).toMatchObject({ remembered: true });
    wait(1);
    expect(await found()).toMatchObject({ remembered: false });
    expect(store.lookUps).toBe(2);
  });

  it('is not remembered before a request of it was accepted', async () => {
    const { keys, found } = await known();
    await found();
    expect(await found()).toMatchObject({ remembered: false });
    expect(await keys.find('other', 'memory')).toBeNull();
  });

  it('counts nothing, and is forgotten, where another process was faster', async () => {
    const { store, found, advance } = await known();
    await advance(1n);
    const { key } = await found();
    await store.advanceCounter(stepOf(key, 5n));
    expect(await advance(2n)).toBe(false);
    expect(await found()).toMatchObject({ remembered: false, key: { lastCounter: 5n } });
  });

  it('is not current where the store has another counter, epoch or no such key', async () => {
    const { store, keys, found, advance } = await known();
    const changes = [
      async (key: SigningKey) => store.advanceCounter(stepOf(key, 5n)),
      () => store.replaceSigningKey('registration', REGISTERED),
      () => store.replaceSigningKey('registration', { ...REGISTERED, keyId: 'next' }),
    ];
    for (const change of changes) {
      await advance(1n + ((await found()).key.lastCounter ?? 0n));
      const before = await found();
      expect(await keys.isCurrent(before)).toBe(true);
      await change(before.key);
      expect(await keys.isCurrent(before)).toBe(false);
      expect((await keys.find('k', 'memory'))?.remembered ?? false).toBe(false);
    }
  });

  it('stays as the faster of two parallel requests left it', async () => {
    const { keys, found, advance } = await known();
    await advance(1n);
    const { key } = await found();
    const both = [keys.advance(key, { to: 7n }), keys.advance(key, { to: 8n })];
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(await found()).toMatchObject({ remembered: true, key: { lastCounter: 7n } });
  });
});
