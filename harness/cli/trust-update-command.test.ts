import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { buildCertificate } from '../encoding/certificate-builder.js';
import { NAME_OID } from '../encoding/distinguished-name.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { loadTrust } from '../trust/index.js';
import { newTestKey } from '../verifier/testing/mint-android-chain.js';
import { testVendors, TEST_NOW } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';
import { writeTrustFolder } from './testing/trust-folder.js';
import { trustUpdate } from './trust-update-command.js';

const ROOT_NAME = [{ oid: NAME_OID.commonName, value: 'root' }];
let folder = '';
const vendors = testVendors();
const inFolder = (name: string): string => join(folder, name);
const trustText = (): string => readFileSync(inFolder('trust.yaml'), 'utf8');

function given(name: string, text: string): string {
  writeFileSync(inFolder(name), text);
  return inFolder(name);
}

const LIST = '{"entries":{"abc":{"status":"REVOKED"},"def":{"status":"SUSPENDED"}}}';
const update = (from: string, ...more: readonly string[]) =>
  command('trust', 'update', '--trust', folder, '--from', from, ...more);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-update-'));
  writeTrustFolder(folder, vendors);
  writeFileSync(inFolder('trust.yaml'), `# a comment of its author\n${trustText()}`);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('attestlab trust update', () => {
  it('takes a status list, dated and hashed, and keeps what the author wrote', async () => {
    const at = '2026-11-20T00:00:00Z';
    const { exit, out } = await update(given('list.json', LIST), '--taken-at', at);
    expect(exit).toBe(0);
    expect(out).toMatch(/^written in .*\n {2}status-20261120T000000Z\.json: 2 entries/);
    expect(loadTrust(folder).revocation).toMatchObject({ takenAtMs: Date.parse(at) });
    expect(trustText()).toMatch(/^# a comment of its author\n/);
    expect(trustText()).toMatch(/sha256: [0-9a-f]{64}\n$/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    given('status-20261120T000000Z.json', '{"entries":{}}');
    expect(() => loadTrust(folder)).toThrow(/has the fingerprint/);
  });

  it.each([
    ['an empty list', '{"entries":{}}', '2026-11-21T00:00:00Z', /is empty/],
    ['a list that is cut off', '{"entries":{"abc":', '2026-11-21T00:00:00Z', /neither/],
    ['an odd serial', '{"entries":{"xyz":{"status":"REVOKED"}}}', '2026-11-21T00:00:00Z', /serial/],
    ['an older list', LIST, '2026-11-19T00:00:00Z', /a list of 2026-11-20.* is there/],
    ['a list of the same time', LIST, '2026-11-20T00:00:00Z', /is there/],
    ['a list of the future', LIST, '2999-01-01T00:00:00Z', /dated in the future/],
  ])('refuses %s and leaves the folder as it was', async (_what, text, at, message) => {
    await update(given('first.json', LIST), '--taken-at', '2026-11-20T00:00:00Z');
    const before = trustText();
    const { exit, err } = await update(given('list.json', text), '--taken-at', at);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
    expect(trustText()).toBe(before);
  });

  it('knows roots that are there, and leaves a new key to a person', async () => {
    const pem = vendors.androidAnchors.map(encodePemCertificate);
    const known = await update(given('roots.json', JSON.stringify(pem)));
    expect(known).toMatchObject({ exit: 0, out: expect.stringMatching(/^unchanged/) as string });
    const stranger = testVendors().androidAnchors.map(encodePemCertificate).join('');
    const { exit, err } = await update(given('new.pem', stranger));
    expect(exit).toBe(2);
    expect(err).toMatch(/a key that is not trusted yet \([0-9a-f]{64}\).*by hand/s);
  });

  it('adds a further certificate of a key that is trusted, if the key signed it', async () => {
    const key = newTestKey();
    const root = (serial: bigint): Uint8Array =>
      buildCertificate({
        ...{ serial, issuer: ROOT_NAME, subject: ROOT_NAME, spki: key.spki, signer: key.signer },
        ...{ notBeforeMs: 0, notAfterMs: TEST_NOW.getTime(), extensions: [] },
      });
    writeTrustFolder(folder, { ...vendors, appAttestAnchors: [root(1n)] });
    const before = trustText();
    const renewed = root(2n);
    const spoilt = Uint8Array.from(renewed);
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    const refused = await update(given('spoilt.pem', encodePemCertificate(spoilt)));
    expect(refused.err).toMatch(/not signed by its own key/);
    expect(trustText()).toBe(before);
    writeFileSync(inFolder('root.cer'), renewed);
    const { exit, out } = await update(inFolder('root.cer'), '--taken-at', '2026-11-01T00:00:00Z');
    expect(exit).toBe(0);
    expect(trustText()).toMatch(/takenAt: 2026-11-01T00:00:00\.000Z/);
    expect(out).toMatch(/^written/);
    expect(loadTrust(folder).appAttestAnchors[0]?.certificates).toHaveLength(2);
  });

  it('asks the network only where the folder names an address', async () => {
    const asked: string[] = [];
    const fetching = (options: { trust: string }) =>
      trustUpdate(options, {
        terminal: { out: () => undefined, err: () => undefined },
        clock: TEST_NOW,
        fetchBytes: (url) => {
          asked.push(url);
          return Promise.resolve(utf8(LIST));
        },
      });
    await expect(fetching({ trust: folder })).rejects.toThrow(/names no statusUrl and no rootUrls/);
    expect(asked).toEqual([]);
    const url = 'https://status.example.test/attestation/status';
    writeFileSync(inFolder('trust.yaml'), `${trustText()}statusUrl: ${url}\n`);
    expect(await fetching({ trust: folder })).toBe(0);
    expect(asked).toEqual([url]);
    const roots = 'https://roots.example.test/root.cer';
    writeFileSync(inFolder('trust.yaml'), `${trustText()}rootUrls: [${roots}]\n`);
    const later = trustUpdate(
      { trust: folder },
      {
        terminal: { out: () => undefined, err: () => undefined },
        clock: new Date(TEST_NOW.getTime() + 1000),
        fetchBytes: (from) =>
          Promise.resolve(
            from === roots ? (testVendors().androidAnchors[0] ?? utf8('')) : utf8(LIST),
          ),
      },
    );
    // A root of a new key is left to a person, and the list is fresh all the same.
    await expect(later).rejects.toThrow(/a key that is not trusted yet/);
    expect(loadTrust(folder).revocation).toMatchObject({ takenAtMs: TEST_NOW.getTime() + 1000 });
  });
});

describe('attestlab trust lint --chain', () => {
  it('alerts before an authority of a chain in use expires', async () => {
    const [root = new Uint8Array()] = vendors.appAttestAnchors;
    // The first of a chain is a leaf, whose dates nobody watches; the second stands for its authority.
    const chain = given('chain.pem', encodePemCertificate(root).repeat(2));
    const lint = (at: string) =>
      command('trust', 'lint', '--trust', folder, '--at', at, '--chain', chain);
    expect((await lint(TEST_NOW.toISOString())).exit).toBe(0);
    const late = await lint('2990-01-01T00:00:00Z');
    expect(late.exit).toBe(2);
    expect(late.out).toMatch(/expired/);
  });
});
