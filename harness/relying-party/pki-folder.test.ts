import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueClientCertificate, SHORT_LIVED } from './issue-certificate.js';
import { ownIssuer } from './issuing/issuer.js';
import { keptKey, newPrivateKey } from './issuing/issuing-key.js';
import { openPkiFolder, PKI_FILES, type OpenIssuingKey } from './pki-folder.js';
import { pemPrivateKey } from './pki.js';
import { softwareKey } from './testing/test-phone.js';

const NOW = new Date('2026-11-23T22:00:00Z');
const NO_CSR = new Uint8Array();
const YEAR_MS = 365 * 24 * 60 * 60_000;

let parent = '';
let folder = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'attestlab-pki-'));
  folder = join(parent, 'pki');
});

afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

const open = (changes: Partial<Parameters<typeof openPkiFolder>[1]> = {}) =>
  openPkiFolder(folder, { dnsName: 'rp.example.test', now: NOW, ...changes });

describe('a PKI folder', () => {
  it('is made for its owner alone', async () => {
    await open();
    expect(readdirSync(folder).sort()).toEqual(Object.values(PKI_FILES).sort());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps authorities, keys and pins, and certifies the names that hold now', async () => {
    const first = await open();
    const again = await open({ alternativeNames: ['192.0.2.7'] });
    expect(again.serverAnchor).toEqual(first.serverAnchor);
    expect(again.clientAuthority.certificate).toEqual(first.clientAuthority.certificate);
    expect([again.server.pin, again.backup.pin]).toEqual([first.server.pin, first.backup.pin]);
    const server = new X509Certificate(again.server.certificateChain);
    expect(server.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(server.verify(new X509Certificate(first.serverAnchor).publicKey)).toBe(true);
  });

  it('issues client certificates that the authority of an earlier process certifies', async () => {
    const first = await open();
    const { clientAuthority } = await open();
    const [leaf] = await issueClientCertificate(ownIssuer(clientAuthority), {
      ...{
        subject: 'phone-7',
        csr: NO_CSR,
        spki: softwareKey().spki,
        now: NOW,
        policy: SHORT_LIVED,
      },
    });
    const { publicKey } = new X509Certificate(first.clientAuthority.certificate);
    const certificate = new X509Certificate(leaf);
    expect(certificate.verify(publicKey)).toBe(true);
    expect(certificate.issuer).toBe('CN=attestlab lab enrolment');
  });

  it('refuses keys that others may read', async () => {
    await open();
    chmodSync(join(folder, PKI_FILES.clientAuthorityKey), 0o640);
    await expect(open()).rejects.toThrow(/enrolment-ca\.key: others may read it; chmod 600/);
    chmodSync(join(folder, PKI_FILES.clientAuthorityKey), 0o600);
    chmodSync(folder, 0o755);
    await expect(open()).rejects.toThrow(/pki: others may read it; chmod 700/);
  });

  it('refuses what is not whole, and makes nothing beside it', async () => {
    await open();
    rmSync(join(folder, PKI_FILES.backupKey));
    await expect(open()).rejects.toMatchObject({ code: 'ERR_FILE_UNREADABLE' });
    expect(readdirSync(folder)).not.toContain(PKI_FILES.backupKey);
    writeFileSync(join(folder, PKI_FILES.backupKey), 'no key', { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' });
  });

  it('refuses an authority whose key is another one', async () => {
    await open();
    const other = pemPrivateKey(newPrivateKey());
    writeFileSync(join(folder, PKI_FILES.clientAuthorityKey), other);
    await expect(open()).rejects.toThrow(/its key is not the one of enrolment-ca\.key/);
  });

  it('refuses an authority that has expired', async () => {
    await open();
    const later = new Date(NOW.getTime() + 6 * YEAR_MS);
    await expect(open({ now: later })).rejects.toThrow(/servers-ca\.pem: has expired/);
  });
});

describe('a PKI folder whose enrolment key is elsewhere', () => {
  const elsewhere = keptKey(newPrivateKey());
  const asked: string[] = [];
  const enrolmentKey: OpenIssuingKey = (absent) => {
    asked.push(absent);
    return Promise.resolve(elsewhere);
  };
  beforeEach(() => {
    asked.length = 0;
  });

  it('holds no such key, and has one made for a new authority alone', async () => {
    const first = await open({ enrolmentKey });
    expect(readdirSync(folder)).not.toContain(PKI_FILES.clientAuthorityKey);
    const again = await open({ enrolmentKey });
    expect(again.clientAuthority.certificate).toEqual(first.clientAuthority.certificate);
    expect(asked).toEqual(['made', 'refused']);
    const order = {
      subject: 'phone-7',
      csr: NO_CSR,
      spki: softwareKey().spki,
      now: NOW,
      policy: SHORT_LIVED,
    };
    const [leaf] = await issueClientCertificate(ownIssuer(again.clientAuthority), order);
    const { publicKey } = new X509Certificate(first.clientAuthority.certificate);
    expect(new X509Certificate(leaf).verify(publicKey)).toBe(true);
  });

  it('is not made where that key cannot be opened', async () => {
    const failing = () => Promise.reject(new Error('no token'));
    await expect(open({ enrolmentKey: failing })).rejects.toThrow('no token');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused where the key is in a file too', async () => {
    await open();
    await expect(open({ enrolmentKey })).rejects.toThrow(
      /enrolment-ca\.key: is there, but the key is to be elsewhere; move it and enrolment-ca\.pem/,
    );
    rmSync(join(folder, PKI_FILES.clientAuthorityKey));
    await expect(open({ enrolmentKey })).rejects.toThrow(/its key is not the one of the token/);
    rmSync(join(folder, PKI_FILES.clientAnchor));
    const { clientAuthority } = await open({ enrolmentKey });
    expect(new X509Certificate(clientAuthority.certificate).issuer).toMatch(/enrolment/);
    await expect(open()).rejects.toThrow(/enrolment-ca\.key: ENOENT/);
  });
});
