import { createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import type { Archive } from '../zip/archive.js';
import { contentDigest } from './content-digest.js';
import { BLOCK_ID, findSigningBlock } from './signing-block.js';

/** A key and the certificate that phones will know the signer by. */
export interface ApkKey {
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** Ids of the algorithms that this signs with: ECDSA and RSA (PKCS#1 v1.5), SHA-256. */
const ALGORITHM = { ec: 0x0201, rsa: 0x0103 } as const;
const V3_RANGE = [28, 0x7fff_ffff] as const;
const STRIPPING_PROTECTION = 0xbeeff00d;
const DIRECTORY_OFFSET_AT = 16;

/** Reads a private key and its certificate, both PEM. */
export function apkKey(keyPem: string, certificatePem: string): ApkKey {
  try {
    const key = createPrivateKey(keyPem);
    const certificate = new X509Certificate(certificatePem);
    if (!certificate.checkPrivateKey(key)) throw new Error('the certificate is of another key');
    algorithmOf(key);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    return { key, certificate: new Uint8Array(certificate.raw), spki: new Uint8Array(spki) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_INVALID', `the signing key: ${reason}`, { cause });
  }
}

/**
 * The parts of a file that is the archive signed by the APK Signature Scheme v2 and v3, in place of
 * whatever block it had. Entries stay where they are, so their alignment stays too.
 */
export function signApk(archive: Archive, signer: ApkKey): readonly Uint8Array[] {
  const { source, end } = archive;
  const blockOffset = findSigningBlock(archive)?.offset ?? end.directoryOffset;
  const digest = contentDigest('sha256', { source, end, blockOffset });
  const block = signingBlock([
    [BLOCK_ID.v2, prefixed(prefixed(v2Signer(signer, digest)))],
    [BLOCK_ID.v3, prefixed(prefixed(v3Signer(signer, digest)))],
  ]);
  const record = source.read(end.offset, source.size - end.offset);
  record.set(u32(blockOffset + block.length), DIRECTORY_OFFSET_AT);
  const entries = source.read(0, blockOffset);
  return [entries, block, source.read(end.directoryOffset, end.directorySize), record];
}

function v2Signer(signer: ApkKey, digest: Uint8Array): Uint8Array {
  const attribute = u32(STRIPPING_PROTECTION, 3);
  const signed = concatBytes(digestsAndCertificates(signer, digest), sequence([attribute]));
  return envelope(signer, { signed, range: new Uint8Array() });
}

function v3Signer(signer: ApkKey, digest: Uint8Array): Uint8Array {
  const range = u32(...V3_RANGE);
  const signed = concatBytes(digestsAndCertificates(signer, digest), range, sequence([]));
  return envelope(signer, { signed, range });
}

function envelope(
  { key, spki }: ApkKey,
  { signed, range }: { readonly signed: Uint8Array; readonly range: Uint8Array },
): Uint8Array {
  const signature = new Uint8Array(sign('sha256', signed, key));
  const signatures = sequence([concatBytes(u32(algorithmOf(key)), prefixed(signature))]);
  return concatBytes(prefixed(signed), range, signatures, prefixed(spki));
}

function digestsAndCertificates({ key, certificate }: ApkKey, digest: Uint8Array): Uint8Array {
  const digests = sequence([concatBytes(u32(algorithmOf(key)), prefixed(digest))]);
  return concatBytes(digests, sequence([certificate]));
}

function algorithmOf(key: KeyObject): number {
  const type = key.asymmetricKeyType;
  if (type === 'ec' || type === 'rsa') return ALGORITHM[type];
  throw new Error(`a key of type ${type ?? 'none'}, not EC or RSA`);
}

function signingBlock(values: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const pairs = values.map(([id, value]) => concatBytes(u64(value.length + 4), u32(id), value));
  const size = u64(pairs.reduce((sum, pair) => sum + pair.length, 0) + 24);
  return concatBytes(size, ...pairs, size, utf8('APK Sig Block 42'));
}

function sequence(parts: readonly Uint8Array[]): Uint8Array {
  return prefixed(concatBytes(...parts.map(prefixed)));
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(u32(bytes.length), bytes);
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(4 * index, value, true);
  });
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
