import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryStore, type Registration } from './index.js';
import { KeptSpkis } from './kept-spkis.js';
import { KnownRegistrations } from './known-registrations.js';
import { enrolled, withSigningKey } from './testing/enrolled-phone.js';
import { startTestLab } from './testing/test-lab.js';
import { androidPhone, signedRequest } from './testing/test-phone.js';

class CountingStore extends MemoryStore {
  lookUps = 0;

  override findRegistrationByTlsKey(keyId: string): Promise<Registration | null> {
    this.lookUps += 1;
    return super.findRegistrationByTlsKey(keyId);
  }
}

const registration = (keyId: string): Registration => ({
  ...{ id: randomUUID(), subject: 'phone', platform: null, appAttestKey: null, registeredAtMs: 0 },
  ...{ tlsKey: { keyId, spki: new Uint8Array(1), protection: 'none' }, earlierTlsKeyIds: [] },
});

describe('the registration of a connection key', () => {
  const known = async () => {
    const store = new CountingStore();
    const saved = registration('k');
    await store.saveRegistration(saved);
    let nowMs = 0;
    const registrations = new KnownRegistrations(store, () => nowMs);
    const wait = (ms: number) => {
      nowMs += ms;
    };
    return { store, saved, registrations, wait };
  };

  it('is looked up once a second', async () => {
    const { store, saved, registrations, wait } = await known();
    for (let at = 0; at < 10; at += 1) {
      expect(await registrations.ofTlsKey('k')).toBe(saved);
      wait(99);
    }
    expect(store.lookUps).toBe(1);
    wait(10);
    await registrations.ofTlsKey('k');
    expect(store.lookUps).toBe(2);
  });

  it('is looked up again after each change, also one that the look-up overlaps', async () => {
    const { store, saved, registrations } = await known();
    const early = registrations.ofTlsKey('k');
    registrations.changed();
    expect(await early).toBe(saved);
    await registrations.ofTlsKey('k');
    await registrations.ofTlsKey('k');
    expect(store.lookUps).toBe(2);
    registrations.changed();
    await registrations.ofTlsKey('k');
    expect(store.lookUps).toBe(3);
  });

  it('is asked for anew where there was none', async () => {
    const { store, registrations } = await known();
    expect(await registrations.ofTlsKey('late')).toBeNull();
    const late = registration('late');
    await store.saveRegistration(late);
    expect(await registrations.ofTlsKey('late')).toBe(late);
  });

  it('is not looked up for each request of a connection', async () => {
    const store = new CountingStore();
    const lab = await startTestLab({ store });
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { key } = await withSigningKey(lab, phone);
    const transport = lab.transport(phone.identity);
    store.lookUps = 0;
    const start = performance.now();
    for (let counter = 1n; counter <= 50n; counter += 1n) {
      const request = signedRequest(key, `${lab.party.apiUrl}/v1/orders`, { counter });
      expect((await transport(request)).status).toBe(200);
    }
    const seconds = (performance.now() - start) / 1_000;
    expect(store.lookUps).toBeLessThanOrEqual(1 + seconds);
    await lab.party.close();
  });
});

describe('the bytes of a key that are kept', () => {
  const bytes = (last: number) => Uint8Array.of(1, 2, last);

  it('are the first array of the same bytes under the same id', () => {
    const spkis = new KeptSpkis();
    const first = bytes(3);
    expect(spkis.kept('k', first)).toBe(first);
    expect(spkis.kept('k', bytes(3))).toBe(first);
    const other = bytes(4);
    expect(spkis.kept('k', other)).toBe(other);
    expect(spkis.kept('other', bytes(3))).not.toBe(first);
  });

  it('are those of the keys that signed last', () => {
    const spkis = new KeptSpkis(2);
    const [one, two] = [bytes(1), bytes(2)];
    spkis.kept('one', one);
    spkis.kept('two', two);
    spkis.kept('one', bytes(1));
    spkis.kept('three', bytes(3));
    expect(spkis.kept('one', bytes(1))).toBe(one);
    expect(spkis.kept('two', bytes(2))).not.toBe(two);
  });
});
