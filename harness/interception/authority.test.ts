import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildCertificate, ecSigner } from '../encoding/certificate-builder.js';
import { NAME_OID } from '../encoding/distinguished-name.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { createInterceptionAuthority } from './authority.js';
import { ipOctets } from './ip-octets.js';
import { loadInterceptionAuthority } from './load-authority.js';

const now = new Date('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'attestlab-authority-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;

function write(text: string): string {
  const file = join(folder, `${++files}.pem`);
  writeFileSync(file, text);
  return file;
}

function refusalOf(act: () => unknown): HarnessError {
  try {
    act();
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function load(certificate: string, privateKey: string, at = now) {
  return loadInterceptionAuthority({
    ...{ certificateFile: write(certificate), privateKeyFile: write(privateKey), now: at },
  });
}

describe('an interception authority', () => {
  const authority = createInterceptionAuthority({ commonName: 'a test', now });
  const root = new X509Certificate(authority.certificate);

  it.each([
    ['shop.example.test', 'DNS:shop.example.test'],
    ['127.0.0.1', 'IP Address:127.0.0.1'],
    ['fe80::1:2', 'IP Address:FE80:0:0:0:0:0:1:2'],
  ])('mints a leaf for %s that a verifier takes', (name, shown) => {
    const { certificateChain, privateKey } = authority.issueFor(name);
    const leaf = new X509Certificate(certificateChain);
    expect(leaf.subjectAltName).toBe(shown);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(privateKey).toContain('BEGIN PRIVATE KEY');
  });

  it('mints within its own validity', () => {
    const leaf = new X509Certificate(authority.issueFor('a.test').certificateChain);
    expect(new Date(leaf.validFrom) >= new Date(root.validFrom)).toBe(true);
    expect(new Date(leaf.validTo) <= new Date(root.validTo)).toBe(true);
  });

  it('mints a name once, and forgets when clients ask for too many', () => {
    const first = authority.issueFor('once.test');
    expect(authority.issueFor('once.test')).toBe(first);
    for (let index = 0; index < 256; index++) authority.issueFor(`n${index}.test`);
    expect(authority.issueFor('once.test')).not.toBe(first);
  });

  it('can be told from every other of its name', () => {
    const other = createInterceptionAuthority({ commonName: 'a test', now });
    expect(Buffer.compare(other.certificate, authority.certificate)).not.toBe(0);
  });
});

describe('an authority from files', () => {
  const made = createInterceptionAuthority({ commonName: 'kept in files', now });
  const certificate = encodePemCertificate(made.certificate);

  it('mints as the one that was written', () => {
    const loaded = load(certificate, made.exportPrivateKey());
    const leaf = new X509Certificate(loaded.issueFor('a.test').certificateChain);
    expect(leaf.verify(new X509Certificate(made.certificate).publicKey)).toBe(true);
  });

  it('may have an RSA key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
    const root = selfMadeRoot(spki);
    const loaded = load(root, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const leaf = new X509Certificate(loaded.issueFor('a.test').certificateChain);
    expect(leaf.verify(publicKey)).toBe(true);
    expect(leaf.checkIssued(new X509Certificate(root))).toBe(true);
  });

  it.each([
    ['expired', new Date(now.getTime() + 3 * DAY_MS), /\.pem: expired on /],
    ['not yet valid', new Date(now.getTime() - 2 * DAY_MS), /\.pem: is not valid before /],
  ])('is refused when it is %s', (_, at, message) => {
    const refusal = refusalOf(() => load(certificate, made.exportPrivateKey(), at));
    expect(refusal.code).toBe('ERR_FILE_INVALID');
    expect(refusal.message).toMatch(message);
  });

  it.each([
    ['no PEM', 'nonsense', made.exportPrivateKey(), /no -----BEGIN CERTIFICATE-----/],
    [
      'no certificate inside the PEM',
      encodePemCertificate(Uint8Array.of(1, 2)),
      made.exportPrivateKey(),
      /cannot be read/,
    ],
    [
      'a leaf',
      made.issueFor('a.test').certificateChain,
      made.issueFor('a.test').privateKey,
      /not the certificate of an authority/,
    ],
    ['no key', certificate, 'nonsense', /cannot be read/],
    [
      "somebody else's key",
      certificate,
      createInterceptionAuthority({ commonName: 'other', now }).exportPrivateKey(),
      /is not the key of the certificate in/,
    ],
    [
      'a key that cannot sign here',
      certificate,
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /holds a key of type ed25519/,
    ],
  ])('is refused where there is %s', (_, certificateText, keyText, message) => {
    const refusal = refusalOf(() => load(certificateText, keyText));
    expect(refusal.code).toBe('ERR_FILE_INVALID');
    expect(refusal.message).toMatch(message);
  });

  it('is refused where there is no file', () => {
    const certificateFile = join(folder, 'absent.pem');
    expect(() =>
      loadInterceptionAuthority({ certificateFile, privateKeyFile: certificateFile, now }),
    ).toThrow(expect.objectContaining({ code: 'ERR_FILE_UNREADABLE' }));
  });

  // Signed by another key than it names: only the name and the key count for what it issues.
  function selfMadeRoot(spki: Uint8Array): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const name = [{ oid: NAME_OID.commonName, value: 'RSA root' }];
    const root = buildCertificate({
      ...{ serial: 1n, issuer: name, subject: name, spki },
      ...{ notBeforeMs: now.getTime() - DAY_MS, notAfterMs: now.getTime() + DAY_MS },
      signer: ecSigner(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))),
      extensions: [{ oid: '2.5.29.19', critical: true, value: Uint8Array.of(0x30, 3, 1, 1, 0xff) }],
    });
    return encodePemCertificate(root);
  }
});

describe('the octets of an address', () => {
  it.each([
    ['10.0.2.2', [10, 0, 2, 2]],
    ['::1', [...new Array<number>(15).fill(0), 1]],
    ['2001:db8::8:0', [0x20, 1, 0xd, 0xb8, ...new Array<number>(9).fill(0), 8, 0, 0]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ])('%s are in network order', (address, octets) => {
    expect([...ipOctets(address)]).toEqual(octets);
  });
});
