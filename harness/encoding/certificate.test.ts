import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from './bytes.js';
import { authorityExtensions, buildCertificate, ecSigner } from './certificate-builder.js';
import { extensionsOf, parseCertificate, readCertificate } from './certificate.js';
import { der } from './der-writer.js';
import { encodeName, NAME_OID, nameValue } from './distinguished-name.js';
import { SIGNATURE_OID } from './signature.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const privateKey = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
const spki = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }));
const subject = [
  { oid: NAME_OID.organization, value: 'Example, Inc.' },
  { oid: NAME_OID.commonName, value: 'probe' },
];

function mint(changes: Partial<Parameters<typeof buildCertificate>[0]> = {}): Uint8Array {
  return buildCertificate({
    serial: 0x00ab_cdefn,
    issuer: subject,
    subject,
    notBeforeMs: Date.parse('1970-01-01T00:00:00Z'),
    notAfterMs: Date.parse('2106-02-07T06:28:15Z'),
    spki,
    extensions: authorityExtensions(),
    signer: ecSigner(privateKey),
    ...changes,
  });
}

/** A certificate whose parts a test arranges as it likes. */
function arrange(tbsParts: readonly Uint8Array[], outer?: Uint8Array): Uint8Array {
  const algorithm = der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256));
  const tbs = der.sequence(...tbsParts);
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  return der.sequence(tbs, outer ?? algorithm, der.bitString(sign('sha256', tbs, key)));
}

function parts(extensions: readonly Uint8Array[] = []): readonly Uint8Array[] {
  return [
    der.contextExplicit(0, der.integer(2)),
    der.integer(1),
    der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    encodeName(subject),
    der.sequence(der.time(0), der.time(1000)),
    encodeName(subject),
    spki,
    ...extensions,
  ];
}

describe('a certificate', () => {
  it('reads as OpenSSL reads it', () => {
    const ours = readCertificate(mint());
    const theirs = new X509Certificate(ours.raw);
    expect(ours.serial).toBe('abcdef');
    expect(theirs.serialNumber).toBe('ABCDEF');
    expect(new Date(theirs.validFrom).getTime()).toBe(ours.notBeforeMs);
    expect(new Date(theirs.validTo).getTime()).toBe(ours.notAfterMs);
    expect(theirs.subject).toBe('O=Example\\, Inc.\nCN=probe');
    expect(theirs.publicKey.export({ format: 'der', type: 'spki' })).toEqual(
      Buffer.from(ours.spki),
    );
    expect(theirs.ca).toBe(true);
    expect(theirs.verify(theirs.publicKey)).toBe(true);
  });

  it('shows its names as RFC 4514 writes them, last part first and escaped', () => {
    expect(readCertificate(mint()).subject.text).toBe('CN=probe,O=Example\\, Inc.');
    const odd = [{ oid: NAME_OID.serialNumber, value: '01' }];
    const certificate = readCertificate(mint({ subject: odd }));
    expect(certificate.subject.text).toBe('2.5.4.5=#13023031');
    expect(nameValue(certificate.subject, NAME_OID.serialNumber)).toBe('01');
    expect(nameValue(certificate.subject, NAME_OID.title)).toBeNull();
  });

  it('keeps an extension that parses as nothing, and those after it', () => {
    const certificate = readCertificate(
      mint({
        extensions: [
          { oid: '2.5.29.31', value: Uint8Array.of(0x30, 0x80, 0xff) },
          { oid: '1.2.3', critical: true, value: utf8('x') },
          { oid: '1.2.3', value: utf8('y') },
        ],
      }),
    );
    expect(certificate.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      ['2.5.29.31', false],
      ['1.2.3', true],
      ['1.2.3', false],
    ]);
    expect(extensionsOf(certificate, '1.2.3').map(({ value }) => toHex(value))).toEqual([
      '78',
      '79',
    ]);
  });

  it('says where an extension lies in the whole input', () => {
    const { raw, extensions } = readCertificate(mint());
    for (const { value, valueOffset } of extensions) {
      expect(toHex(raw.subarray(valueOffset, valueOffset + value.length))).toBe(toHex(value));
    }
    expect(readCertificate(mint(), 100).extensions[0]?.valueOffset).toBe(
      (extensions[0]?.valueOffset ?? 0) + 100,
    );
  });

  it('may be of version 1, without extensions', () => {
    const parsed = parseCertificate(arrange(parts().slice(1)));
    expect(parsed).toMatchObject({ ok: true, value: { version: 1, extensions: [] } });
  });
});

describe('a certificate is malformed', () => {
  const MALFORMED: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['with a byte after it', concatBytes(mint(), Uint8Array.of(0)), /1 bytes after the element/],
    ['when cut off', mint().subarray(0, -1), /runs past the end/],
    ['when empty', new Uint8Array(), /ends too early/],
    ['when it is something else', der.integer(1), /expected a Certificate/],
    [
      'where inner and outer algorithm differ',
      arrange(parts(), der.sequence(der.oid(SIGNATURE_OID.ecdsaSha384))),
      /algorithm differ/,
    ],
    ['without a key', arrange(parts().slice(0, 6)), /cut off/],
    [
      'with extensions before a unique id',
      arrange(
        parts([der.contextExplicit(3, der.sequence()), der.contextPrimitive(2, Uint8Array.of(0))]),
      ),
      /unexpected part/,
    ],
    [
      'with a serial in too many octets',
      arrange(
        parts().map((part, index) => (index === 1 ? der.integerOctets(Uint8Array.of(0, 1)) : part)),
      ),
      /shortest form/,
    ],
    ['beyond 64 kB', new Uint8Array(70_000), /70000 bytes/],
  ];

  it.each(MALFORMED)('%s', (_when, bytes, message) => {
    const parsed = parseCertificate(bytes);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.malformation.message).toMatch(message);
  });

  it('never by an exception, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof parseCertificate(bytes).ok).toBe('boolean');
      }),
    );
    const good = mint();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Uint8Array.from(good);
        bytes.set([(good[at] ?? 0) ^ change], at);
        expect(typeof parseCertificate(bytes).ok).toBe('boolean');
      }),
    );
  });
});
