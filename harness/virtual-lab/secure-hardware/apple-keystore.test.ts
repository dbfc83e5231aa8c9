import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { bytesEntry, expectCbor, readCbor } from '../../encoding/cbor.js';
import { KeystoreException, type AppleConditions } from './index.js';
import { TEST_APP, testApple } from './testing/test-phones.js';

const message = utf8('message');
const clientDataHash = sha256(message);
const enclaveKey = { alias: 'key', algorithm: 'ec-p256', level: 'secure-enclave' } as const;

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
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

function authDataOf(object: Uint8Array, member: string): Uint8Array {
  return bytesEntry(expectCbor(readCbor(object), 'map', 'object'), member);
}

describe('Secure Enclave', () => {
  it('makes P-256 keys that sign and cannot be exported', async () => {
    const keystore = testApple();
    const key = await keystore.generate(enclaveKey);
    const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
    const signature = await keystore.sign('key', message);
    expect(verify('sha256', message, publicKey, signature)).toBe(true);
    expect(await failureOf(() => keystore.exportPrivate('key'))).toMatchObject({ rawCode: -4 });
  });

  it('answers errSecParam to RSA, which the keychain makes in software', async () => {
    const keystore = testApple();
    expect(
      await failureOf(() => keystore.generate({ ...enclaveKey, algorithm: 'rsa-2048' })),
    ).toMatchObject({ className: 'NSOSStatusErrorDomain', publicCode: -50, rawCode: -50 });
    await expect(
      keystore.generate({ alias: 'rsa', algorithm: 'rsa-2048', level: 'software' }),
    ).resolves.toMatchObject({ level: 'software' });
  });

  it('answers errSecAuthFailed where there is none', async () => {
    const keystore = testApple({ hardware: { secureEnclave: false } });
    expect(await failureOf(() => keystore.generate(enclaveKey))).toMatchObject({
      rawCode: -25293,
      transient: false,
    });
    expect(keystore.appAttest.supported).toBe(false);
  });

  it('answers errSecNotAvailable on a phone without a passcode', async () => {
    const keystore = testApple({ hardware: { passcodeSet: false } });
    expect(await failureOf(() => keystore.generate(enclaveKey))).toMatchObject({
      ...{ className: 'NSOSStatusErrorDomain', rawCode: -25291, transient: false },
    });
    await expect(keystore.generate({ ...enclaveKey, level: 'software' })).resolves.toMatchObject({
      level: 'software',
    });
  });

  it('lets no key be used while the phone is locked', async () => {
    const conditions = { screenLocked: false };
    const keystore = testApple({ conditions });
    await keystore.generate(enclaveKey);
    conditions.screenLocked = true;
    const refusal = { publicCode: -25308, rawCode: -25308, transient: true };
    expect(await failureOf(() => keystore.sign('key', message))).toMatchObject(refusal);
    expect(await failureOf(() => keystore.tlsKey('key'))).toMatchObject(refusal);
  });

  it('is closed while the phone is locked', async () => {
    const keystore = testApple({ conditions: { screenLocked: true } });
    expect(await failureOf(() => keystore.generate(enclaveKey))).toMatchObject({
      rawCode: -25308,
      transient: true,
    });
  });
});

describe('App Attest', () => {
  it('attests 164 bytes of authenticator data, and 62 more from iOS 27 on', async () => {
    for (const [osVersion, length] of [
      ['18.5', 164],
      ['27.0', 226],
    ] as const) {
      const { appAttest } = testApple({ hardware: { osVersion } });
      const keyId = await appAttest.generateKey();
      const object = await appAttest.attest(keyId, clientDataHash);
      expect(authDataOf(object, 'authData')).toHaveLength(length);
    }
  });

  it('names the environment of the build', async () => {
    for (const [environment, aaguid] of [
      ['development', utf8('appattestdevelop')],
      ['production', concatBytes(utf8('appattest'), new Uint8Array(7))],
    ] as const) {
      const { appAttest } = testApple({ app: { environment } });
      const object = await appAttest.attest(await appAttest.generateKey(), clientDataHash);
      expect(authDataOf(object, 'authData').subarray(37, 53)).toEqual(aaguid);
    }
  });

  it('counts assertions up from one', async () => {
    const { appAttest } = testApple();
    const keyId = await appAttest.generateKey();
    await appAttest.attest(keyId, clientDataHash);
    for (const counter of [1, 2, 3]) {
      const assertion = await appAttest.assert(keyId, clientDataHash);
      const authData = authDataOf(assertion, 'authenticatorData');
      expect(authData).toHaveLength(37);
      expect(authData.subarray(0, 32)).toEqual(
        sha256(utf8(`${TEST_APP.teamId}.${TEST_APP.bundleId}`)),
      );
      expect(authData.at(-1)).toBe(counter);
    }
  });

  it('answers invalidKey to a second attestation and to an assertion without one', async () => {
    const { appAttest } = testApple();
    const keyId = await appAttest.generateKey();
    const invalidKey = { className: 'com.apple.devicecheck.error', publicCode: 3 };
    expect(await failureOf(() => appAttest.assert(keyId, clientDataHash))).toMatchObject(
      invalidKey,
    );
    await appAttest.attest(keyId, clientDataHash);
    expect(await failureOf(() => appAttest.attest(keyId, clientDataHash))).toMatchObject(
      invalidKey,
    );
  });

  it('answers serverUnavailable, which may pass, and keeps the key', async () => {
    const reach: { appAttest: AppleConditions['appAttest'] } = { appAttest: 'unavailable' };
    const { appAttest } = testApple({ conditions: reach });
    const keyId = await appAttest.generateKey();
    expect(await failureOf(() => appAttest.attest(keyId, clientDataHash))).toMatchObject({
      publicCode: 4,
      transient: true,
    });
    reach.appAttest = 'available';
    await expect(appAttest.attest(keyId, clientDataHash)).resolves.toBeInstanceOf(Uint8Array);
  });

  it('answers unknownSystemFailure, which does not pass', async () => {
    const { appAttest } = testApple({ conditions: { appAttest: 'failing' } });
    const keyId = await appAttest.generateKey();
    expect(await failureOf(() => appAttest.attest(keyId, clientDataHash))).toMatchObject({
      ...{ className: 'com.apple.devicecheck.error', publicCode: 0, transient: false },
    });
  });

  it('answers invalidInput to an empty client data hash', async () => {
    const { appAttest } = testApple();
    const keyId = await appAttest.generateKey();
    expect(await failureOf(() => appAttest.attest(keyId, new Uint8Array()))).toMatchObject({
      publicCode: 2,
    });
  });

  it('loses its keys with the app while the keychain keeps its own', async () => {
    const keystore = testApple();
    await keystore.generate(enclaveKey);
    const keyId = await keystore.appAttest.generateKey();
    keystore.appRemoved();
    expect(keystore.aliases()).toEqual(['key']);
    expect(await failureOf(() => keystore.appAttest.attest(keyId, clientDataHash))).toMatchObject({
      publicCode: 3,
    });
  });

  it('is not supported on a simulator', async () => {
    const { appAttest } = testApple({ hardware: { appAttestSupported: false } });
    expect(await failureOf(() => appAttest.generateKey())).toMatchObject({ publicCode: 1 });
  });
});
