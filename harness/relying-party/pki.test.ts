import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueClientCertificate, SHORT_LIVED } from './issue-certificate.js';
import { ownIssuer } from './issuing/issuer.js';
import { createLabPki, pinOf } from './pki.js';

const NOW = new Date('2026-11-23T22:00:00Z');
const NO_CSR = new Uint8Array();
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

function newSpki(namedCurve = 'P-256'): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
}

describe('the lab PKI', () => {
  it('names the relying party and loopback in the server certificate', async () => {
    const pki = await createLabPki({
      dnsName: 'rp.example.test',
      alternativeNames: ['192.0.2.7'],
      now: NOW,
    });
    const server = new X509Certificate(pki.server.certificateChain);
    expect(server.checkHost('rp.example.test')).toBe('rp.example.test');
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(server.checkHost('other.example.test')).toBeUndefined();
    expect(server.keyUsage).toEqual([SERVER_AUTH]);
    expect(server.verify(new X509Certificate(pki.serverAnchor).publicKey)).toBe(true);
    expect(server.ca).toBe(false);
  });

  it('knows the pin of the backup key before that key is used', async () => {
    const pki = await createLabPki({ dnsName: 'rp.example.test', now: NOW });
    const backup = new X509Certificate(pki.backup.certificateChain);
    const spki = new Uint8Array(backup.publicKey.export({ format: 'der', type: 'spki' }));
    expect(pki.backup.pin).toBe(pinOf(spki));
    expect(pki.backup.pin).not.toBe(pki.server.pin);
    expect(backup.checkPrivateKey(createPrivateKey(pki.backup.privateKey))).toBe(true);
  });

  it('keeps the authorities of servers and of clients apart', async () => {
    const pki = await createLabPki({ dnsName: 'rp.example.test', now: NOW });
    const server = new X509Certificate(pki.server.certificateChain);
    const clients = new X509Certificate(pki.clientAuthority.certificate);
    expect(server.verify(clients.publicKey)).toBe(false);
    expect(JSON.stringify(pki.clientAuthority)).not.toContain('PRIVATE');
  });
});

describe('a client certificate', () => {
  it('is short-lived, backdated by a minute, and for client authentication alone', async () => {
    const pki = await createLabPki({ dnsName: 'rp.example.test', now: NOW });
    const spki = newSpki();
    const [leaf] = await issueClientCertificate(ownIssuer(pki.clientAuthority), {
      subject: 'phone-7',
      csr: NO_CSR,
      spki,
      now: NOW,
      policy: SHORT_LIVED,
    });
    const certificate = new X509Certificate(leaf);
    expect(certificate.subject).toBe('CN=phone-7');
    expect(certificate.keyUsage).toEqual([CLIENT_AUTH]);
    expect(certificate.ca).toBe(false);
    expect(new Date(certificate.validFrom)).toEqual(new Date('2026-11-23T21:59:00Z'));
    expect(new Date(certificate.validTo)).toEqual(new Date('2026-11-24T22:00:00Z'));
    expect(certificate.verify(new X509Certificate(pki.clientAuthority.certificate).publicKey)).toBe(
      true,
    );
    const certified = certificate.publicKey.export({ format: 'der', type: 'spki' });
    expect(new Uint8Array(certified)).toEqual(spki);
  });

  it('has a serial number of its own', async () => {
    const pki = await createLabPki({ dnsName: 'rp.example.test', now: NOW });
    const order = {
      subject: 'phone-7',
      csr: NO_CSR,
      spki: newSpki(),
      now: NOW,
      policy: SHORT_LIVED,
    };
    const serials = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [leaf] = await issueClientCertificate(ownIssuer(pki.clientAuthority), order);
        return new X509Certificate(leaf).serialNumber;
      }),
    );
    expect(new Set(serials).size).toBe(20);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('is issued for no other curve', async () => {
    const pki = await createLabPki({ dnsName: 'rp.example.test', now: NOW });
    const order = {
      subject: 'phone-7',
      csr: NO_CSR,
      spki: newSpki('P-384'),
      now: NOW,
      policy: SHORT_LIVED,
    };
    await expect(issueClientCertificate(ownIssuer(pki.clientAuthority), order)).rejects.toThrow(
      'P-256',
    );
  });
});
