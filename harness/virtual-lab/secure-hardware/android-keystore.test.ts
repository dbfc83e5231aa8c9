import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { KeystoreException, spoofedKeystore, type GeneratedKey } from './index.js';
import { keyRequest, testAndroid, testVendors, TEST_NOW } from './testing/test-phones.js';

const PURPOSE = 1;
const KEY_SIZE = 3;
const DIGEST = 5;
const CREATED_AT = 701;
const ORIGIN = 702;

const challenge = new Uint8Array(32).fill(7);
const message = new TextEncoder().encode('message');

function publicKeyOf(key: Pick<GeneratedKey, 'spki'>) {
  return createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
}

async function failureOf(work: () => unknown): Promise<KeystoreException> {
  try {
    await work();
  } catch (error) {
    if (error instanceof KeystoreException) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function recordOf(key: GeneratedKey) {
  const { parsed } = parseAndroidKey(key.attestationChain ?? []);
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  const [record] = parsed.value.records;
  if (record?.parsed.ok !== true) throw new Error('no record');
  return record.parsed.value;
}

describe('a key that is kept elsewhere', () => {
  it('is attested as one that the keystore has made, and not kept here', async () => {
    const keystore = testAndroid();
    const own = await keystore.generate(keyRequest({ challenge, level: 'strongbox' }));
    const taken = await keystore.certify(keyRequest({ challenge, level: 'strongbox' }), own.spki);
    expect(taken).toMatchObject({ level: 'strongbox', spki: own.spki });
    const [mine, theirs] = [recordOf(own), recordOf(taken)];
    expect(theirs.hardwareEnforced).toEqual(mine.hardwareEnforced);
    expect(theirs.challenge).toEqual(mine.challenge);
    keystore.delete(keyRequest().alias);
    expect(keystore.aliases()).toEqual([]);
  });

  it('is refused by the same rules', async () => {
    const keystore = testAndroid({ hardware: { strongbox: false } });
    const { spki } = await keystore.generate(keyRequest());
    const request = keyRequest({ level: 'strongbox' });
    expect(await failureOf(() => keystore.certify(request, spki))).toMatchObject({ rawCode: -68 });
    const key = { level: 'tee', digests: ['sha256'] } as const;
    await expect(keystore.admit(key, 'sha256')).resolves.toBeUndefined();
    expect(await failureOf(() => keystore.admit(key, 'none'))).toMatchObject({ rawCode: -13 });
    const locked = testAndroid({ conditions: { beforeFirstUnlock: true } });
    expect(await failureOf(() => locked.admit(key, 'sha256'))).toMatchObject({
      className: 'UserNotAuthenticatedException',
    });
  });

  it('is vouched for by the leaked keybox of a phone that spoofs', async () => {
    const vendors = testVendors();
    const keystore = spoofedKeystore(testAndroid({ vendors }), vendors.leakedBatchKey);
    const { spki } = await keystore.generate(keyRequest());
    const { attestationChain = [] } = await keystore.certify(keyRequest({ challenge }), spki);
    expect(attestationChain[1]).toEqual(vendors.leakedBatchKey.authority.certificate);
  });
});

describe('key generation', () => {
  it('raises StrongBoxUnavailableException with both codes where there is no StrongBox', async () => {
    const keystore = testAndroid({ hardware: { strongbox: false } });
    const failure = await failureOf(() => keystore.generate(keyRequest({ level: 'strongbox' })));
    expect(failure).toMatchObject({
      className: 'StrongBoxUnavailableException',
      publicCode: 12,
      rawCode: -68,
      transient: false,
    });
    expect(keystore.aliases()).toEqual([]);
  });

  it('raises a transient ProviderException while the hardware is busy', async () => {
    const keystore = testAndroid({ conditions: { hardwareBusy: true } });
    expect(await failureOf(() => keystore.generate(keyRequest()))).toMatchObject({
      className: 'ProviderException',
      publicCode: 10,
      rawCode: -48,
      transient: true,
    });
  });

  it('raises a plain ProviderException where a StrongBox that is there makes no key', async () => {
    const keystore = testAndroid({ conditions: { strongBoxFailing: true } });
    const failure = await failureOf(() => keystore.generate(keyRequest({ level: 'strongbox' })));
    expect(failure).toMatchObject({
      ...{ className: 'ProviderException', publicCode: 12, rawCode: -6, transient: false },
    });
    await expect(keystore.generate(keyRequest())).resolves.toMatchObject({ level: 'tee' });
  });

  // The codes tell the cases apart from Android 14 on; before, isTransientFailure() alone does.
  it.each([
    [33, { attestationKeys: 'exhausted' }, { publicCode: 16, rawCode: 22, transient: true }],
    [33, { attestationKeys: 'exhausted', online: false }, { rawCode: 22, transient: true }],
    [33, { attestationKeys: 'refused' }, { publicCode: 16, rawCode: 22, transient: false }],
    [33, { attestationKeys: 'upgrade-needed' }, { rawCode: 22, transient: true }],
    [34, { attestationKeys: 'exhausted' }, { publicCode: 16, rawCode: 25, transient: true }],
    [34, { attestationKeys: 'exhausted', online: false }, { rawCode: 24, transient: true }],
    [34, { attestationKeys: 'refused' }, { publicCode: 16, rawCode: 26, transient: false }],
    [34, { attestationKeys: 'upgrade-needed' }, { publicCode: 17, rawCode: 23, transient: true }],
  ] as const)(
    'of API level %i tells lasting from passing lack of attestation keys: %o',
    async (apiLevel, conditions, codes) => {
      const keystore = testAndroid({ hardware: { apiLevel }, conditions });
      const failure = await failureOf(() => keystore.generate(keyRequest({ challenge })));
      expect(failure).toMatchObject({ className: 'ProviderException', ...codes });
      expect(failure.message).toContain(`internal Keystore code: ${codes.rawCode}`);
      await expect(keystore.generate(keyRequest())).resolves.toMatchObject({ level: 'tee' });
    },
  );

  it('needs no remote key on a phone provisioned at the factory', async () => {
    const keystore = testAndroid({
      hardware: { provisioning: 'factory' },
      conditions: { attestationKeys: 'exhausted' },
    });
    const key = await keystore.generate(keyRequest({ challenge }));
    expect(key.attestationChain).toHaveLength(4);
  });

  it('refuses a challenge of more than 128 bytes', async () => {
    const keystore = testAndroid();
    const wanted = (size: number) => keyRequest({ challenge: new Uint8Array(size) });
    await expect(keystore.generate(wanted(128))).resolves.toBeDefined();
    expect(await failureOf(() => keystore.generate(wanted(129)))).toMatchObject({ rawCode: -21 });
  });

  it('is closed before the first unlock', async () => {
    const keystore = testAndroid({ conditions: { beforeFirstUnlock: true } });
    expect(await failureOf(() => keystore.generate(keyRequest()))).toMatchObject({
      publicCode: 2,
      rawCode: 2,
    });
  });

  it('makes RSA keys of 2048 bits in the TEE', async () => {
    const keystore = testAndroid();
    const key = await keystore.generate(keyRequest({ algorithm: 'rsa-2048', challenge }));
    const signature = await keystore.sign('key', message, 'sha256');
    expect(verify('sha256', message, publicKeyOf(key), signature)).toBe(true);
    expect(recordOf(key).hardwareEnforced.integers.get(KEY_SIZE)).toBe(2048n);
  });

  it('attests nothing without a challenge and nothing in the app itself', async () => {
    const keystore = testAndroid();
    const plain = await keystore.generate(keyRequest());
    const inApp = await keystore.generate(keyRequest({ level: 'software', challenge }));
    expect(plain.attestationChain).toBeUndefined();
    expect(inApp).toMatchObject({ level: 'software' });
    expect(inApp.attestationChain).toBeUndefined();
  });

  it('is honest about software where there is no TEE', async () => {
    const keystore = testAndroid({ hardware: { tee: false, strongbox: false } });
    const key = await keystore.generate(keyRequest({ level: 'tee', challenge }));
    expect(key.level).toBe('software');
    expect(recordOf(key)).toMatchObject({
      attestationLevel: 'SOFTWARE',
      keyMintLevel: 'SOFTWARE',
    });
    expect(await failureOf(() => keystore.exportPrivate('key'))).toBeInstanceOf(KeystoreException);
  });
});

describe('key use', () => {
  it('signs with the digest that the key was made for and no other', async () => {
    const keystore = testAndroid();
    const key = await keystore.generate(keyRequest({ digests: ['sha256'] }));
    const signature = await keystore.sign('key', message, 'sha256');
    expect(verify('sha256', message, publicKeyOf(key), signature)).toBe(true);
    const refusal = { className: 'InvalidKeyException', publicCode: 13, rawCode: -13 };
    expect(await failureOf(() => keystore.sign('key', message, 'none'))).toMatchObject(refusal);
    expect(await failureOf(() => keystore.tlsKey('key'))).toMatchObject(refusal);
  });

  it('signs a digest as it stands with digest none', async () => {
    const keystore = testAndroid();
    const key = await keystore.generate(keyRequest());
    const digest = new Uint8Array(createHash('sha256').update(message).digest());
    const signature = await keystore.sign('key', digest, 'none');
    expect(verify('sha256', message, publicKeyOf(key), signature)).toBe(true);
  });

  it('hands the TLS stack a key that was made for digest none', async () => {
    const keystore = testAndroid();
    await keystore.generate(keyRequest());
    expect(keystore.tlsKey('key').type).toBe('private');
  });

  it('exports a key of the app and no key of the hardware', async () => {
    const keystore = testAndroid();
    await keystore.generate(keyRequest({ alias: 'hard' }));
    const soft = await keystore.generate(keyRequest({ alias: 'soft', level: 'software' }));
    const exported = createPrivateKey({
      key: Buffer.from(keystore.exportPrivate('soft')),
      format: 'der',
      type: 'pkcs8',
    });
    expect(createPublicKey(exported).equals(publicKeyOf(soft))).toBe(true);
    expect(await failureOf(() => keystore.exportPrivate('hard'))).toMatchObject({ rawCode: null });
  });

  it('asks for the owner before the first unlock, in an exception without codes', async () => {
    const conditions = { beforeFirstUnlock: false };
    const keystore = testAndroid({ conditions });
    await keystore.generate(keyRequest());
    conditions.beforeFirstUnlock = true;
    const refusal = { className: 'UserNotAuthenticatedException', publicCode: null, rawCode: null };
    expect(await failureOf(() => keystore.sign('key', message, 'sha256'))).toMatchObject(refusal);
    expect(await failureOf(() => keystore.tlsKey('key'))).toMatchObject(refusal);
  });

  it('no longer knows a deleted key', async () => {
    const keystore = testAndroid();
    await keystore.generate(keyRequest());
    keystore.delete('key');
    expect(keystore.aliases()).toEqual([]);
    expect(await failureOf(() => keystore.publicKey('key'))).toMatchObject({ rawCode: 7 });
  });
});

describe('records', () => {
  it.each([
    [28, 3, 4],
    [30, 4, 41],
    [33, 200, 200],
    [35, 300, 300],
    [36, 400, 400],
  ])('of API level %i carry versions %i and %i', async (apiLevel, attestation, keyMint) => {
    const keystore = testAndroid({ hardware: { apiLevel } });
    const record = recordOf(await keystore.generate(keyRequest({ challenge })));
    expect(record.attestationVersion).toBe(attestation);
    expect(record.keyMintVersion).toBe(keyMint);
  });

  it('carry the level, the challenge and the time of the phone', async () => {
    const keystore = testAndroid();
    const key = await keystore.generate(keyRequest({ level: 'strongbox', challenge }));
    const record = recordOf(key);
    expect(record).toMatchObject({ attestationLevel: 'STRONG_BOX', keyMintLevel: 'STRONG_BOX' });
    expect(record.challenge).toEqual(challenge);
    expect(record.softwareEnforced.integers.get(CREATED_AT)).toBe(BigInt(TEST_NOW.getTime()));
  });

  it('carry the digests that the key was made for', async () => {
    const keystore = testAndroid();
    const record = recordOf(
      await keystore.generate(keyRequest({ challenge, digests: ['sha256'] })),
    );
    expect(record.hardwareEnforced.integerSets.get(DIGEST)).toEqual([4]);
  });

  it('say that a key was imported, and a key of the app itself has no record to say it', async () => {
    const keystore = testAndroid({ conditions: { keysImported: true } });
    const record = recordOf(await keystore.generate(keyRequest({ challenge })));
    expect(record.hardwareEnforced.integers.get(ORIGIN)).toBe(2n);
    expect(record.hardwareEnforced.rootOfTrust).toMatchObject({ deviceLocked: true });
  });

  it.each([
    [30, 'rkp', ['sign']],
    [31, 'rkp', ['sign', 'attest key']],
    [35, 'factory', ['sign', 'attest key']],
  ] as const)('of API level %i on a %s phone speak of %s', async (apiLevel, provisioning, keys) => {
    const conditions = { attestKey: true };
    const keystore = testAndroid({ hardware: { apiLevel, provisioning }, conditions });
    const key = await keystore.generate(keyRequest({ challenge }));
    const { parsed } = parseAndroidKey(key.attestationChain ?? []);
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    const purposes = parsed.value.records.map(({ at, parsed: record }) =>
      record.ok ? [at, record.value.hardwareEnforced.integerSets.get(PURPOSE)] : null,
    );
    expect(purposes).toEqual([[0, [2]], ...(keys.length === 2 ? [[1, [7]]] : [])]);
  });
});
