import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.js';
import { buildCertificate, ecSigner } from './certificate-builder.js';
import {
  parseDetachedSignedData,
  parseSignedData,
  signedAttribute,
  verifySigner,
  type SignerKey,
} from './cms.js';
import { der } from './der-writer.js';
import { octetString } from './der-values.js';
import { NAME_OID } from './distinguished-name.js';
import { signMessage, type TestMessage } from './testing/signed-message.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const content = utf8('what was signed');

function certificateOf(spki: Uint8Array): Uint8Array {
  return certificate('of another key', 79n, new Uint8Array(spki));
}

function certificate(
  commonName: string,
  serial: bigint,
  spki = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
): Uint8Array {
  const name = [{ oid: NAME_OID.commonName, value: commonName }];
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  return buildCertificate({
    serial,
    issuer: name,
    subject: name,
    notBeforeMs: 0,
    notAfterMs: Date.parse('2040-01-01T00:00:00Z'),
    spki,
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

describe('a signed message whose content lies beside it', () => {
  const bytes = signMessage({
    ...{ content, certificates: [signer], key: pair.privateKey, detached: true },
    attributes: 'proper',
    moreAttributes: [der.sequence(der.oid('1.2.3.4'), der.set(der.octetString(utf8('more'))))],
  });

  it('verifies over that content, and over no other', () => {
    const over = (beside: Uint8Array) => {
      const parsed = parseDetachedSignedData(bytes, beside);
      return parsed.ok ? verifySigner(parsed.value) : null;
    };
    expect(over(content)).toMatchObject({ ok: true });
    expect(over(utf8('other'))).toMatchObject({ problem: /signed digest/ });
  });

  it('gives its further signed attributes', () => {
    const parsed = parseDetachedSignedData(bytes, content);
    const node = parsed.ok ? signedAttribute(parsed.value, '1.2.3.4') : null;
    expect(node === null ? null : octetString(node)).toEqual(utf8('more'));
    expect(parsed.ok && signedAttribute(parsed.value, '1.2.3.5')).toBeNull();
  });

  it('is not taken for one that holds its content, nor the other way about', () => {
    const whole = signMessage({ content, certificates: [signer], key: pair.privateKey });
    expect(parseSignedData(bytes).ok).toBe(false);
    expect(parseDetachedSignedData(whole, content).ok).toBe(false);
  });
});

describe('a message that an RSA key signed', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaCertificate = certificateOf(rsa.publicKey.export({ type: 'spki', format: 'der' }));
  const verified = (algorithm: string, keys: readonly SignerKey[]) => {
    const parsed = parseSignedData(
      signMessage({
        ...{ content, certificates: [rsaCertificate], key: rsa.privateKey, attributes: 'proper' },
        signatureAlgorithm: algorithm,
      }),
    );
    return parsed.ok ? verifySigner(parsed.value, keys) : null;
  };

  it.each(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.11'])(
    'verifies where RSA is taken: %s',
    (algorithm) => {
      expect(verified(algorithm, ['ecdsa', 'rsa'])).toMatchObject({ ok: true });
      expect(verified(algorithm, ['ecdsa'])).toMatchObject({ problem: /signature algorithm/ });
    },
  );

  it('is refused where it names an algorithm of other keys', () => {
    expect(verified('1.2.840.10045.4.3.2', ['ecdsa', 'rsa'])).toMatchObject({ ok: false });
  });
});
