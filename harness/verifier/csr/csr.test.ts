import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toBase64url, utf8 } from '../../encoding/bytes.js';
import { signEnvelope } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { encodeName, NAME_OID } from '../../encoding/distinguished-name.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';
import { buildCsr, CSR_ATTRIBUTE_OID, parseCsr } from '../../evidence/csr/index.js';
import { keyId } from '../../evidence/formats/index.js';
import { failing, withStatus } from '../result.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { csr } from './index.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = spkiOf(pair.publicKey);
const nonce = Uint8Array.from({ length: 32 }, (_, index) => 200 - index);

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' }));
}

function signer(key: KeyObject, digest = 'sha256') {
  return (data: Uint8Array) => new Uint8Array(sign(digest, data, key));
}

const good = buildCsr({ commonName: 'device 7', spki, nonce, sign: signer(pair.privateKey) });

function appraise(bytes: Uint8Array, expected: { readonly nonce?: Uint8Array } = { nonce }) {
  return csr.run({
    evidence: parseCsr(bytes),
    expected,
    policy: testPolicy(),
    trust: emptyTrust,
    now: new Date(0),
    memo: null,
  });
}

function reasonOf({ checks }: ReturnType<typeof appraise>): string {
  const [found] = checks.flatMap((check) => (check.status === 'failed' ? [check.actual] : []));
  return found ?? '';
}

function attribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return der.sequence(der.oid(type), der.set(...values));
}

const password = attribute(CSR_ATTRIBUTE_OID.challengePassword, der.utf8(toBase64url(nonce)));

// What a format that is not ASN.1 looks like inside a statement: bytes in an OCTET STRING.
const OPAQUE = der.octetString(utf8('evidence of some other format'));
const STATEMENT = der.sequence(der.oid('1.3.6.1.4.1.99999.1'), OPAQUE);
const OTHER_CERTIFICATE = der.contextConstructed(3, der.oid('1.3.6.1.4.1.99999.2'), der.null());

function attestations(...bundles: readonly Uint8Array[]): Uint8Array {
  return attribute(CSR_ATTRIBUTE_OID.attestation, ...bundles);
}

function carrying(...bundles: readonly Uint8Array[]): Uint8Array {
  return request({ attributes: sorted(password, attestations(...bundles)) });
}

// A SET OF in DER is in the order of its parts' encodings.
function sorted(...parts: readonly Uint8Array[]): Uint8Array {
  return der.contextConstructed(
    0,
    ...[...parts].sort((left, right) => Buffer.compare(left, right)),
  );
}

interface Parts {
  readonly version?: Uint8Array;
  readonly spki?: Uint8Array;
  readonly attributes?: Uint8Array | null;
  readonly algorithm?: Uint8Array;
  readonly sign?: (data: Uint8Array) => Uint8Array;
}

function request(parts: Parts): Uint8Array {
  const attributes =
    parts.attributes === undefined ? der.contextConstructed(0, password) : parts.attributes;
  const info = der.sequence(
    parts.version ?? der.integer(0),
    encodeName([{ oid: NAME_OID.commonName, value: 'device 7' }]),
    parts.spki ?? spki,
    ...(attributes === null ? [] : [attributes]),
  );
  return signEnvelope(info, {
    algorithm: parts.algorithm ?? der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    sign: parts.sign ?? signer(pair.privateKey),
  });
}

describe('a certification request', () => {
  it('passes every check and shows what it says', () => {
    const result = appraise(good);
    expect(withStatus(result, 'passed')).toHaveLength(csr.checks.length);
    expect(result.claims).toEqual({
      keyId: keyId(spki),
      subject: 'CN=device 7',
      challengePassword: toBase64url(nonce),
      attributes: [CSR_ATTRIBUTE_OID.challengePassword],
      requestedExtensions: [],
      attestationStatements: [],
    });
  });

  it('shows the extensions that it asks for and passes', () => {
    const extension = der.sequence(der.oid('2.5.29.19'), der.octetString(der.sequence()));
    const extensions = attribute(CSR_ATTRIBUTE_OID.extensionRequest, der.sequence(extension));
    const attributes = der.contextConstructed(0, extensions, password);
    const result = appraise(request({ attributes }));
    expect(failing(result)).toEqual([]);
    expect(result.claims['requestedExtensions']).toEqual(['2.5.29.19']);
  });

  it.each([
    ['alone', []],
    ['with certificates of both kinds', [der.sequence(der.sequence(), OTHER_CERTIFICATE)]],
  ])('shows the attestations that it carries %s, in order and unread', (_, certificates) => {
    const statements = [OPAQUE, der.sequence(der.integer(7))].map((statement) =>
      der.sequence(der.oid('1.3.6.1.4.1.99999.1'), statement),
    );
    const result = appraise(carrying(der.sequence(der.sequence(...statements), ...certificates)));
    expect(withStatus(result, 'passed')).toHaveLength(csr.checks.length);
    expect(result.claims['attestationStatements']).toEqual([
      { type: '1.3.6.1.4.1.99999.1', der: toBase64url(OPAQUE) },
      { type: '1.3.6.1.4.1.99999.1', der: toBase64url(der.sequence(der.integer(7))) },
    ]);
  });

  it('does not judge a nonce where none was expected', () => {
    expect(withStatus(appraise(good, {}), 'not-applicable')).toEqual(['csr/nonce-matches']);
  });

  it('verifies with OpenSSL too', () => {
    const openssl = (args: readonly string[]) =>
      execFileSync('openssl', ['req', '-inform', 'DER', '-noout', ...args], {
        input: good,
        stdio: ['pipe', 'pipe', 'pipe'],
      }).toString();
    expect(openssl(['-text'])).toContain(toBase64url(nonce));
    expect(() => openssl(['-verify'])).not.toThrow();
  });
});

describe('each check of a certification request fails alone', () => {
  it('key-allowed, for a key on P-384', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const bytes = request({ spki: spkiOf(other.publicKey), sign: signer(other.privateKey) });
    const result = appraise(bytes);
    expect(failing(result)).toEqual(['csr/key-allowed']);
    expect(withStatus(result, 'blocked')).toEqual(['csr/signature-verifies']);
  });

  it('key-allowed, for a point that is not on the curve', () => {
    const off = spki.map((byte, index) => (index === spki.length - 1 ? byte ^ 1 : byte));
    expect(failing(appraise(request({ spki: off })))).toEqual(['csr/key-allowed']);
  });

  it('signature-algorithm-allowed, for SHA-384', () => {
    const algorithm = der.sequence(der.oid(SIGNATURE_OID.ecdsaSha384));
    const bytes = request({ algorithm, sign: signer(pair.privateKey, 'sha384') });
    expect(failing(appraise(bytes))).toEqual(['csr/signature-algorithm-allowed']);
  });

  it('signature-algorithm-allowed, for needless parameters', () => {
    const algorithm = der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256), der.null());
    expect(failing(appraise(request({ algorithm })))).toEqual(['csr/signature-algorithm-allowed']);
  });

  it('signature-verifies, for a key that somebody else holds', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(failing(appraise(request({ sign: signer(other.privateKey) })))).toEqual([
      'csr/signature-verifies',
    ]);
  });

  it('signature-verifies, for r and s side by side', () => {
    const raw = (data: Uint8Array) =>
      new Uint8Array(sign('sha256', data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));
    expect(failing(appraise(request({ sign: raw })))).toEqual(['csr/signature-verifies']);
  });

  it('nonce-matches, for another nonce', () => {
    const other = nonce.map((byte, index) => (index === 31 ? byte ^ 1 : byte));
    expect(failing(appraise(good, { nonce: other }))).toEqual(['csr/nonce-matches']);
  });

  it('nonce-matches, where there is no challengePassword', () => {
    const result = appraise(request({ attributes: der.contextConstructed(0) }));
    expect(failing(result)).toEqual(['csr/nonce-matches']);
  });
});

describe('a malformed certification request', () => {
  const twice = der.contextConstructed(0, password, password);
  const unsorted = der.contextConstructed(
    0,
    attribute('1.2.840.113549.1.9.14', der.sequence()),
    attribute('1.2.3', der.null()),
  );

  it.each([
    ['a byte after it', concatBytes(good, Uint8Array.of(0))],
    ['its last byte cut off', good.subarray(0, -1)],
    ['another version', request({ version: der.integer(1) })],
    ['no attributes at all', request({ attributes: null })],
    ['a challengePassword twice', request({ attributes: twice })],
    ['attributes out of order', request({ attributes: unsorted })],
    [
      'two values of one attribute',
      request({
        attributes: der.contextConstructed(
          0,
          attribute(CSR_ATTRIBUTE_OID.challengePassword, der.utf8('a'), der.utf8('b')),
        ),
      }),
    ],
    ['more bytes than any request has', new Uint8Array(20_000)],
    ['no bytes', new Uint8Array()],
    ['text', utf8('-----BEGIN CERTIFICATE REQUEST-----')],
  ])('has %s', (_, bytes) => {
    const result = appraise(bytes);
    expect(failing(result)).toEqual(['csr/well-formed']);
    expect(withStatus(result, 'blocked')).toHaveLength(csr.checks.length - 1);
  });

  const bundle = der.sequence(der.sequence(STATEMENT));
  it.each([
    ['no bundle', []],
    ['two bundles', [bundle, bundle]],
    ['a bundle that is no SEQUENCE', [OPAQUE]],
    ['an empty bundle', [der.sequence()]],
    ['a bundle of three parts', [der.sequence(der.sequence(STATEMENT), der.null(), der.null())]],
    ['no statement', [der.sequence(der.sequence())]],
    ['a statement without a value', [der.sequence(der.sequence(der.sequence(der.oid('1.2.3'))))]],
    [
      'a statement of three parts',
      [der.sequence(der.sequence(der.sequence(der.oid('1.2.3'), der.null(), der.null())))],
    ],
    [
      'a statement whose type is a number',
      [der.sequence(der.sequence(der.sequence(der.integer(1), der.null())))],
    ],
    ['no certificate in certs', [der.sequence(der.sequence(STATEMENT), der.sequence())]],
    [
      'an attribute certificate in certs',
      [der.sequence(der.sequence(STATEMENT), der.sequence(der.contextConstructed(2, der.null())))],
    ],
    ['a number in certs', [der.sequence(der.sequence(STATEMENT), der.sequence(der.integer(1)))]],
  ])('carries attestations with %s', (_, bundles) => {
    const result = appraise(carrying(...bundles));
    expect(failing(result)).toEqual(['csr/well-formed']);
    expect(reasonOf(result)).toMatch(/ at offset [1-9]\d*$/);
    expect(result.claims).toEqual({});
  });

  it('carries attestations twice', () => {
    const attributes = sorted(password, attestations(bundle), attestations(bundle));
    const result = appraise(request({ attributes }));
    expect(failing(result)).toEqual(['csr/well-formed']);
    expect(reasonOf(result)).toMatch(/is there twice at offset [1-9]\d*$/);
  });

  it('is refused after any change to any byte', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const spoilt = good.map((byte, where) => (where === index ? byte ^ flip : byte));
        expect(failing(appraise(spoilt))).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(failing(appraise(bytes))).not.toEqual([]);
      }),
    );
  });
});
