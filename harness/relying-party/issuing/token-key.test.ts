import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { verifiesEs256 } from '../../encoding/ecdsa.js';
import { createLabPki } from '../pki.js';
import { openPkiFolder, PKI_FILES } from '../pki-folder.js';
import { newSubject } from '../testing/enrolled-phone.js';
import { softHsmParts, startSoftHsm, type SoftHsm } from '../testing/soft-hsm.js';
import { RP_ID, startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone } from '../testing/test-phone.js';
import type { Pkcs11Crypto } from './pkcs11.js';
import { openTokenKey, type TokenKey, type TokenKeyOptions } from './token-key.js';
import { parseTokenUri } from './token-uri.js';

const parts = softHsmParts();
const isMissing = typeof parts === 'string';
const LABEL = 'enrolment-ca';

describe.skipIf(isMissing)(`a key on a token of SoftHSM${isMissing ? ` (${parts})` : ''}`, () => {
  if (isMissing) return;
  let hsm: SoftHsm;
  const opened: TokenKey[] = [];
  beforeAll(() => {
    hsm = startSoftHsm(parts);
  });
  afterEach(() => {
    for (const key of opened.splice(0)) key.close();
  });
  afterAll(() => {
    hsm.end();
  });

  const open = async (
    uri: string,
    absent: 'made' | 'refused',
    changes: Partial<TokenKeyOptions> = {},
  ): Promise<TokenKey> => {
    const key = await openTokenKey({ uri, pin: hsm.pin, load: parts.load, ...changes }, absent);
    opened.push(key);
    return key;
  };

  /** Does with a token what only its own library can; nothing else has it open meanwhile. */
  const onToken = async (
    uri: string,
    act: (crypto: Pkcs11Crypto) => Promise<unknown>,
  ): Promise<void> => {
    const { Crypto, Module } = parts.load();
    const module = Module.load(parts.modulePath);
    module.initialize();
    try {
      const slots = module.getSlots(true);
      const all = Array.from({ length: slots.length }, (_, at) => slots.items(at));
      const { token } = parseTokenUri(uri).identity;
      const slot = all.find((one) => one.getToken().label.trim() === token);
      const session = slot?.open(6);
      if (session === undefined) throw new Error(`no token ${token ?? ''}`);
      session.login(hsm.pin);
      await act(new Crypto({ session }));
    } finally {
      module.finalize();
      module.close();
    }
  };

  it('is made once, found again, and signs', async () => {
    const uri = hsm.newToken();
    const made = await open(uri, 'made');
    const [message, key] = [new Uint8Array(randomBytes(300)), publicKeyOf(made)];
    const signature = await made.sign(message);
    expect(verifiesEs256(key, { message, signature })).toBe(true);
    made.close();
    await expect(made.sign(message)).rejects.toThrow(/the token was closed/);
    for (const absent of ['made', 'refused'] as const) {
      const found = await open(uri, absent);
      expect(found.spki).toEqual(made.spki);
      found.close();
    }
  });

  it('signs for many at once, though a session does one thing at a time', async () => {
    const made = await open(hsm.newToken(), 'made');
    const key = publicKeyOf(made);
    const messages = Array.from({ length: 20 }, () => new Uint8Array(randomBytes(100)));
    const signatures = await Promise.all(messages.map((message) => made.sign(message)));
    for (const [at, message] of messages.entries()) {
      const signature = signatures[at] ?? new Uint8Array();
      expect(verifiesEs256(key, { message, signature })).toBe(true);
    }
  });

  it('never leaves the token', async () => {
    const uri = hsm.newToken();
    (await open(uri, 'made')).close();
    await onToken(uri, async ({ keyStorage, subtle }) => {
      const ids = await keyStorage.keys();
      const key = await keyStorage.getItem(ids.find((id) => id.startsWith('private')) ?? '');
      expect(key.p11Object).toMatchObject({ extractable: false, sensitive: true });
      await expect(subtle.exportKey('pkcs8' as 'spki', key)).rejects.toThrow(/extractable/);
    });
  });

  it('is read with a PIN of a file, which its owner alone may read', async () => {
    const uri = hsm.newToken();
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-pin-'));
    const file = join(folder, 'pin');
    writeFileSync(file, `${hsm.pin}\n`, { mode: 0o600 });
    const named = `${uri}&pin-source=file:${file}`;
    const made = await open(named, 'made', { pin: undefined });
    expect((await made.sign(new Uint8Array(8))).length).toBeGreaterThan(60);
    rmSync(file);
    writeFileSync(file, hsm.pin, { mode: 0o644 });
    await expect(open(named, 'made')).rejects.toThrow(/pin: others may read it; chmod 600/);
    rmSync(folder, { recursive: true });
  });

  const refused = (message: RegExp) =>
    expect.objectContaining({
      code: 'ERR_TOKEN_UNUSABLE',
      message: expect.stringMatching(message) as string,
    }) as Error;

  it('is refused where PIN, module, token or key is another, and none is made', async () => {
    const uri = hsm.newToken();
    const other = (from: RegExp, to: string) => open(uri.replace(from, to), 'made');
    await expect(other(/token=token/, 'token=other')).rejects.toEqual(
      refused(/no such token is present/),
    );
    await expect(other(/module-path=.*/, 'module-path=/none.so')).rejects.toEqual(
      refused(/none\.so: .*cannot open shared object/),
    );
    const wrong = await open(uri, 'made', { pin: '00000000' }).catch(String);
    expect(wrong).toMatch(/the PIN is wrong \(CKR_PIN_INCORRECT\)/);
    expect(wrong).not.toContain('00000000');
    await expect(open(uri, 'refused')).rejects.toEqual(
      refused(/token=token .*: there is no private key "enrolment-ca"/),
    );
  });

  it('is refused where two tokens are meant', async () => {
    hsm.newToken('twin');
    const twin = hsm.newToken('twin');
    await expect(open(twin, 'made')).rejects.toEqual(refused(/more than one token is meant/));
  });

  it.each([
    ['may leave the token', { namedCurve: 'P-256', extractable: true }, /may leave the token/],
    ['is on another curve', { namedCurve: 'P-384', extractable: false }, /no key on P-256/],
  ] as const)('is refused where it %s', async (_, { namedCurve, extractable }, message) => {
    const uri = hsm.newToken();
    const key = { name: 'ECDSA', namedCurve, token: true, sensitive: true, label: LABEL };
    await onToken(uri, ({ subtle }) =>
      subtle.generateKey(key as Parameters<typeof subtle.generateKey>[0], extractable as false, [
        ...(['sign', 'verify'] as const),
      ]),
    );
    await expect(open(uri, 'made')).rejects.toEqual(refused(message));
  });

  it('is refused where another has its label', async () => {
    const uri = hsm.newToken();
    await onToken(uri, async ({ subtle }) => {
      const key = { name: 'ECDSA', namedCurve: 'P-256', token: true, sensitive: true } as const;
      for (let made = 0; made < 2; made += 1) {
        await subtle.generateKey({ ...key, label: LABEL }, false, ['sign', 'verify']);
      }
    });
    await expect(open(uri, 'made')).rejects.toEqual(refused(/more than one key "enrolment-ca"/));
  });

  describe('of a relying party', () => {
    let folder: string;
    let lab: TestLab | null = null;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'attestlab-token-pki-'));
    });
    afterAll(async () => {
      await lab?.party.close();
      rmSync(folder, { recursive: true });
    });

    it('issues until the token is taken out, nothing then, and again once it is back', async () => {
      const uri = hsm.newToken();
      const pki = await openPkiFolder(folder, {
        ...{ dnsName: RP_ID, now: new Date() },
        enrolmentKey: (absent) => open(uri, absent),
      });
      expect(readdirSync(folder)).not.toContain(PKI_FILES.clientAuthorityKey);
      // Clients of the test trust the servers of its own PKI.
      const { server, backup, serverAnchor } = await createLabPki({
        ...{ dnsName: RP_ID, now: new Date() },
      });
      lab = await startTestLab({ pki: { ...pki, server, backup, serverAnchor } });
      expect(await enrolmentAt(lab, serverAnchor)).toMatchObject({ status: 201 });
      hsm.remove();
      const { status, text, keyId } = await enrolmentAt(lab, serverAnchor);
      expect([status, text]).toEqual([503, expect.stringContaining('"issuer_unavailable"')]);
      expect(text).not.toMatch(/CKR_|certificateChain/);
      expect(await lab.store.findRegistrationByTlsKey(keyId)).toBeNull();
      // The first finds a session without a token, the next one no token at all.
      expect((await enrolmentAt(lab, serverAnchor)).status).toBe(503);
      expect(lab.faults).toHaveLength(2);
      hsm.insert();
      expect(await enrolmentAt(lab, serverAnchor)).toMatchObject({ status: 201 });
    });
  });
});

function publicKeyOf({ spki }: TokenKey) {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

async function enrolmentAt(lab: TestLab, serverAnchor: Uint8Array) {
  const transport = lab.transport(undefined, { anchors: [serverAnchor] });
  const ask = async (path: string, body: unknown) => {
    const answer = await transport({
      ...{ method: 'POST', url: `${lab.party.enrolUrl}${path}` },
      headers: [['content-type', 'application/json']],
      body: utf8(JSON.stringify(body)),
    });
    return { status: answer.status, text: Buffer.from(answer.body).toString() };
  };
  const subject = newSubject();
  const { text } = await ask('/v1/challenges', { subject, purpose: 'tls' });
  const { challenge } = JSON.parse(text) as { readonly challenge: string };
  const prepared = await androidPhone(lab.vendors).prepare(challenge, {
    ...{ purpose: 'tls', rpId: RP_ID },
  });
  const { key, csr, evidence } = prepared;
  return {
    ...(await ask('/v1/enrolments', { subject, challenge, csr, evidence })),
    keyId: key.keyId,
  };
}
