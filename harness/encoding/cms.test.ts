import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.js';
import { buildCertificate, ecSigner } from './certificate-builder.js';
import { parseSignedData, verifySigner } from './cms.js';
import { NAME_OID } from './distinguished-name.js';
import { signMessage, type TestMessage } from './testing/signed-message.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const content = utf8('what was signed');

function certificate(commonName: string, serial: bigint): Uint8Array {
  const name = [{ oid: NAME_OID.commonName, value: commonName }];
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  return buildCertificate({
    serial,
    issuer: name,
    subject: name,
    notBeforeMs: 0,
    notAfterMs: Date.parse('2040-01-01T00:00:00Z'),
    spki: new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
    signer: ecSigner(new Uint8Array(pkcs8)),
  });
}

const signer = certificate('signer', 77n);
const stranger = certificate('stranger', 78n);

function finding(changes: Partial<TestMessage>) {
  const bytes = signMessage({ content, certificates: [signer], key: pair.privateKey, ...changes });
  const parsed = parseSignedData(bytes);
  return parsed.ok ? verifySigner(parsed.value) : null;
}

describe('a signed message', () => {
  it.each(['none', 'proper'] as const)('verifies with signed attributes: %s', (attributes) => {
    expect(finding({ attributes })).toMatchObject({ ok: true });
  });

  it('gives its content and the certificate that signed it', () => {
    const bytes = signMessage({
      content,
      certificates: [signer, stranger],
      key: pair.privateKey,
    });
    const parsed = parseSignedData(bytes);
    expect(parsed.ok && parsed.value.content).toEqual(content);
    expect(parsed.ok && verifySigner(parsed.value)).toMatchObject({
      certificate: { serial: '4d' },
    });
  });

  it.each([
    ['by another key', { key: other.privateKey }, /signature is invalid/],
    ['over the bare content beside attributes', { attributes: 'bare' }, /signature is invalid/],
    ['over the digest of other content', { attributes: 'other-digest' }, /signed digest/],
    ['with another digest', { digestAlgorithm: '1.3.14.3.2.26' }, /digest algorithm/],
    ['with another algorithm', { signatureAlgorithm: '1.2.840.113549.1.1.11' }, /algorithm/],
  ] as const)('does not verify when signed %s', (_, changes, problem) => {
    expect(finding(changes)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(problem) as string,
    });
  });

  it('does not verify where the signer’s certificate did not come along', () => {
    const bytes = signMessage({ content, certificates: [signer], key: pair.privateKey });
    const parsed = parseSignedData(bytes);
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    const stripped = { ...parsed.value, certificates: [] };
    expect(verifySigner(stripped)).toMatchObject({ ok: false });
  });

  it.each([0, 2])('is malformed with %i signers', (signers) => {
    expect(finding({ signers })).toBeNull();
  });

  it('never verifies after a change to any byte of content or signature, and never throws', () => {
    const bytes = signMessage({ content, certificates: [signer], key: pair.privateKey });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const spoilt = bytes.map((byte, where) => (where === index ? byte ^ flip : byte));
        const parsed = parseSignedData(spoilt);
        if (!parsed.ok || !verifySigner(parsed.value).ok) return;
        // Version, digest list and the certificate's own signature are not what the signer signed.
        expect(parsed.value.content).toEqual(content);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseSignedData(bytes).ok).toBe(false);
      }),
    );
  });
});
