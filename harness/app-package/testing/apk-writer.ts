import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { buildCertificate, ecSigner } from '../../encoding/certificate-builder.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { littleEndian as le } from './little-endian.js';
import { zipEnd, zipParts, type ZipEntry, type ZipParts } from './zip-writer.js';

/** Who signs an APK in tests. */
export interface TestSigner {
  readonly key: KeyObject;
  readonly spki: Uint8Array;
  readonly certificate: Uint8Array;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly digest: string;
}

/** A signer with a P-256 key of its own. */
export function testSigner(commonName: string): TestSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = [{ oid: NAME_OID.commonName, value: commonName }];
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const pkcs8 = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }));
  const certificate = buildCertificate({
    ...{ serial: 1n, issuer: name, subject: name, spki, notBeforeMs: 0 },
    notAfterMs: Date.parse('2049-01-01T00:00:00Z'),
    signer: ecSigner(pkcs8),
  });
  const digest = createHash('sha256').update(certificate).digest('hex');
  return { key: privateKey, spki, certificate, digest };
}

/** How an APK is signed. */
export interface ApkSignatures {
  readonly v2?: TestSigner;
  /** Before the newest, which comes last, who signed once. */
  readonly v3?: readonly [TestSigner, ...TestSigner[]];
  /** v2 says that v3 was there; by default where it is. */
  readonly announcesV3?: boolean;
}

const ECDSA_SHA256 = 0x0201;
const V3_RANGE = [28, 0x7fff_ffff] as const;

/** Writes an APK and signs it by the APK Signature Scheme (source.android.com). */
export function writeApk(entries: readonly ZipEntry[], signatures: ApkSignatures): Uint8Array {
  const parts = zipParts(entries);
  const digest = contentDigest(parts);
  const { v2, v3, announcesV3 = v3 !== undefined } = signatures;
  const values: (readonly [number, Uint8Array])[] = [];
  if (v2 !== undefined) {
    const attributes = announcesV3 ? [le(4, 0xbeeff00d, 3)] : [];
    values.push([0x7109871a, prefixed(prefixed(v2Signer(v2, digest, attributes)))]);
  }
  if (v3 !== undefined) values.push([0xf05368c0, prefixed(prefixed(v3Signer(v3, digest)))]);
  const block = values.length === 0 ? new Uint8Array() : signingBlock(values);
  const directoryOffset = parts.entries.length + block.length;
  return concatBytes(parts.entries, block, parts.directory, zipEnd(parts, directoryOffset));
}

function v2Signer(
  signer: TestSigner,
  digest: Uint8Array,
  attributes: readonly Uint8Array[],
): Uint8Array {
  return envelope(
    signer,
    concatBytes(digestsAndCertificates(signer, digest), sequence(attributes)),
  );
}

function v3Signer(signers: readonly [TestSigner, ...TestSigner[]], digest: Uint8Array): Uint8Array {
  const signer = signers.at(-1) ?? signers[0];
  const lineage = signers.length > 1 ? [concatBytes(le(4, 0x3ba06f8c), writeLineage(signers))] : [];
  const signed = concatBytes(
    digestsAndCertificates(signer, digest),
    le(4, ...V3_RANGE),
    sequence(lineage),
  );
  return envelope(signer, signed, le(4, ...V3_RANGE));
}

function envelope(
  signer: TestSigner,
  signed: Uint8Array,
  range: Uint8Array = new Uint8Array(),
): Uint8Array {
  const signature = new Uint8Array(sign('sha256', signed, signer.key));
  const signatures = sequence([concatBytes(le(4, ECDSA_SHA256), prefixed(signature))]);
  return concatBytes(prefixed(signed), range, signatures, prefixed(signer.spki));
}

function digestsAndCertificates(signer: TestSigner, digest: Uint8Array): Uint8Array {
  const digests = sequence([concatBytes(le(4, ECDSA_SHA256), prefixed(digest))]);
  return concatBytes(digests, sequence([signer.certificate]));
}

/** Oldest first: each signs the one after it. */
function writeLineage(signers: readonly TestSigner[]): Uint8Array {
  const steps = signers.map((signer, index) => {
    const before = signers[index - 1];
    const signed = concatBytes(
      prefixed(signer.certificate),
      le(4, before === undefined ? 0 : ECDSA_SHA256),
    );
    const signature = before === undefined ? [] : [...sign('sha256', signed, before.key)];
    return prefixed(
      concatBytes(
        prefixed(signed),
        le(4, 0x17, ECDSA_SHA256),
        prefixed(Uint8Array.from(signature)),
      ),
    );
  });
  return concatBytes(le(4, 1), ...steps);
}

function signingBlock(values: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const pairs = values.map(([id, value]) => concatBytes(le(8, value.length + 4), le(4, id), value));
  const length = pairs.reduce((sum, pair) => sum + pair.length, 0) + 24;
  return concatBytes(le(8, length), ...pairs, le(8, length), utf8('APK Sig Block 42'));
}

function contentDigest(parts: ZipParts): Uint8Array {
  const sections = [parts.entries, parts.directory, zipEnd(parts, parts.entries.length)];
  const digests = sections.flatMap((section) =>
    Array.from({ length: Math.ceil(section.length / 2 ** 20) }, (_, index) => {
      const chunk = section.subarray(index * 2 ** 20, (index + 1) * 2 ** 20);
      return sha256(concatBytes(Uint8Array.of(0xa5), le(4, chunk.length), chunk));
    }),
  );
  return sha256(concatBytes(Uint8Array.of(0x5a), le(4, digests.length), ...digests));
}

function sequence(parts: readonly Uint8Array[]): Uint8Array {
  return prefixed(concatBytes(...parts.map(prefixed)));
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(le(4, bytes.length), bytes);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
