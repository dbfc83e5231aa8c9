import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../errors.js';
import { productRoot } from '../../product.js';
import { pkcs11From, type Pkcs11Library } from './pkcs11.js';
import { openTokenKey } from './token-key.js';

const URI = 'pkcs11:token=lab;object=ca?module-path=/usr/lib/module.so';

/** A library whose token counts what it is asked, and answers what it is told to. */
function countingLibrary() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const asked = { logins: 0, signatures: 0 };
  const answers: { login: string | null; sign: string | null } = { login: null, sign: null };
  const answer = (code: string | null): void => {
    if (code !== null) throw new Error(code);
  };
  const algorithm = { name: 'ECDSA', label: 'ca', namedCurve: 'P-256' };
  const pair = ['private', 'public'].map((type) => ({
    ...{ type, algorithm, p11Object: { extractable: false, sensitive: true } },
  }));
  const slot = {
    handle: new Uint8Array(8),
    getToken: () => ({ label: 'lab   ', manufacturerID: '', model: '', serialNumber: '' }),
    open: () => ({
      login: () => {
        asked.logins += 1;
        answer(answers.login);
      },
      logout: () => undefined,
      close: () => undefined,
    }),
  };
  const library = {
    Module: {
      load: () => ({
        initialize: () => undefined,
        getSlots: () => ({ length: 1, items: () => slot }),
        finalize: () => undefined,
        close: () => undefined,
      }),
    },
    Crypto: class {
      readonly keyStorage = {
        keys: () => Promise.resolve(['0', '1']),
        getItem: (id: string) => Promise.resolve(pair[Number(id)]),
      };
      readonly subtle = {
        exportKey: () => Promise.resolve(new Uint8Array(spki).buffer),
        sign: async (_: unknown, __: unknown, data: Uint8Array) => {
          asked.signatures += 1;
          await Promise.resolve();
          answer(answers.sign);
          const signed = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
          return new Uint8Array(signed).buffer;
        },
      };
    },
  };
  return { library: library as unknown as Pkcs11Library, asked, answers };
}

const TBS = Uint8Array.of(0x30, 0);

describe('a token that fails while it is used', () => {
  it('is opened again at the next use', async () => {
    const { library, asked, answers } = countingLibrary();
    const key = await openTokenKey({ uri: URI, pin: '1', load: () => library }, 'refused');
    answers.sign = 'CKR_DEVICE_REMOVED';
    await expect(key.sign(TBS)).rejects.toThrow(/the token was removed \(CKR_DEVICE_REMOVED\)/);
    expect(asked.logins).toBe(1);
    answers.sign = null;
    await key.sign(TBS);
    expect(asked.logins).toBe(2);
    key.close();
  });

  it('is given no PIN a second time that it refused once', async () => {
    const { library, asked, answers } = countingLibrary();
    const key = await openTokenKey({ uri: URI, pin: '1', load: () => library }, 'refused');
    Object.assign(answers, { sign: 'CKR_SESSION_HANDLE_INVALID', login: 'CKR_PIN_INCORRECT' });
    await expect(key.sign(TBS)).rejects.toThrow(/CKR_SESSION_HANDLE_INVALID/);
    for (let enrolments = 0; enrolments < 5; enrolments += 1) {
      await expect(key.sign(TBS)).rejects.toThrow(/the PIN is wrong/);
    }
    expect(asked.logins).toBe(2);
  });

  it('is refused where it holds another key than before', async () => {
    const [before, after] = [countingLibrary(), countingLibrary()];
    const library = { ...before.library };
    const key = await openTokenKey({ uri: URI, pin: '1', load: () => library }, 'refused');
    before.answers.sign = 'CKR_DEVICE_ERROR';
    await expect(key.sign(TBS)).rejects.toThrow(/CKR_DEVICE_ERROR/);
    Object.assign(library, { Crypto: after.library.Crypto });
    await expect(key.sign(TBS)).rejects.toThrow(/"ca" is another key than before/);
    Object.assign(before.answers, { sign: null });
    Object.assign(library, { Crypto: before.library.Crypto });
    await key.sign(TBS);
    key.close();
  });
});

describe('the library for tokens', () => {
  it('is named with what to do where it is not installed', async () => {
    const load = () => pkcs11From('/nowhere/file.js');
    await expect(openTokenKey({ uri: URI, pin: '1', load }, 'made')).rejects.toMatchObject({
      ...{ code: 'ERR_TOKEN_LIBRARY', exit: 2 },
      message: 'node-webcrypto-p11 is not installed',
    });
    const broken = () => {
      throw new Error('the module was compiled against a different Node');
    };
    await expect(openTokenKey({ uri: URI, pin: '1', load: broken }, 'made')).rejects.toThrow(
      /node-webcrypto-p11 cannot be loaded: the module was compiled/,
    );
  });

  it('is the one that the package may stand beside', () => {
    const manifest = readFileSync(join(productRoot, 'package.json'), 'utf8');
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(manifest) as {
      readonly peerDependencies: Readonly<Record<string, string>>;
      readonly peerDependenciesMeta: unknown;
    };
    const version = peerDependencies['node-webcrypto-p11'] ?? '';
    expect(ERRORS.ERR_TOKEN_LIBRARY.remedy).toContain(
      `npm install node-webcrypto-p11@${version.replace('^', '')} `,
    );
    expect(peerDependenciesMeta).toEqual({ 'node-webcrypto-p11': { optional: true } });
  });

  it('is asked for no key without a PIN', async () => {
    const { library, asked } = countingLibrary();
    for (const pin of [undefined, '', '\n']) {
      await expect(openTokenKey({ uri: URI, pin, load: () => library }, 'made')).rejects.toThrow(
        /the token has no PIN: name a file by pin-source=, or set ATTESTLAB_TOKEN_PIN/,
      );
    }
    expect(asked.logins).toBe(0);
  });
});
