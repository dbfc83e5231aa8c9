import {
  bitString,
  expectTag,
  integer,
  lenientBoolean,
  octetString,
  oid,
  sequence,
  time,
} from './der-values.js';
import { children, readDer, TAG, type DerNode } from './der.js';
import { readName, type DistinguishedName } from './distinguished-name.js';
import { MalformedInput, parsing, type Parsed } from './parsed.js';

/** One extension, its value left as bytes: phones in the field carry some that do not parse. */
export interface CertificateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the `extnValue` OCTET STRING. */
  readonly value: Uint8Array;
  /** Offset of `value` in the whole input. */
  readonly valueOffset: number;
}

/** An X.509 certificate as its bytes say; no extension is interpreted. */
export interface Certificate {
  readonly raw: Uint8Array;
  /** `tbsCertificate` as it was signed. */
  readonly tbs: Uint8Array;
  readonly version: number;
  /** Lower-case hexadecimal without leading zeros, as Google's status list writes it. */
  readonly serial: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** `SubjectPublicKeyInfo`, DER. */
  readonly spki: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly extensions: readonly CertificateExtension[];
}

/** Bounds the work that one hostile certificate can cause; the longest seen in the field has 2 kB. */
const MAX_CERTIFICATE_BYTES = 65_536;

/** Parses one certificate that fills `bytes`; a byte after it is malformed. */
export function parseCertificate(bytes: Uint8Array, baseOffset = 0): Parsed<Certificate> {
  return parsing(() => readCertificate(bytes, baseOffset));
}

/** As `parseCertificate`, for use inside another parser: throws `MalformedInput`. */
export function readCertificate(bytes: Uint8Array, baseOffset = 0): Certificate {
  if (bytes.length > MAX_CERTIFICATE_BYTES) {
    throw new MalformedInput(`a certificate of ${bytes.length} bytes`, baseOffset);
  }
  const root = readDer(bytes, baseOffset);
  const [tbs, algorithm, signature, ...more] = sequence(root, 'a Certificate');
  if (tbs === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw new MalformedInput('a Certificate has three parts', root.offset);
  }
  return {
    raw: root.raw,
    tbs: tbs.raw,
    ...readTbs(tbs, algorithm),
    signatureAlgorithm: algorithmOid(algorithm),
    signature: bitString(signature, 'the signature'),
  };
}

/** Every extension with an OID; a certificate that repeats one shows both. */
export function extensionsOf(
  certificate: Certificate,
  type: string,
): readonly CertificateExtension[] {
  return certificate.extensions.filter((extension) => extension.oid === type);
}

function readTbs(tbs: DerNode, algorithm: DerNode) {
  const parts = [...sequence(tbs, 'a TBSCertificate')];
  const version = isContext(parts[0], 0) ? readVersion(parts.shift()) : 1;
  const [serial, inner, issuer, validity, subject, spki, ...optional] = parts;
  if (!serial || !inner || !issuer || !validity || !subject || !spki) {
    throw new MalformedInput('a TBSCertificate is cut off', tbs.offset);
  }
  // RFC 5280, 4.1.1.2: both must be the same; else what was signed and what is checked part ways.
  if (Buffer.compare(inner.raw, algorithm.raw) !== 0) {
    throw new MalformedInput('signed and outer signature algorithm differ', inner.offset);
  }
  const [notBefore, notAfter, ...moreTimes] = sequence(validity, 'a Validity');
  if (!notBefore || !notAfter || moreTimes.length > 0) {
    throw new MalformedInput('a Validity has two times', validity.offset);
  }
  return {
    version,
    serial: integer(serial, 'the serial number').toString(16),
    issuer: readName(issuer),
    subject: readName(subject),
    notBeforeMs: time(notBefore, 'notBefore'),
    notAfterMs: time(notAfter, 'notAfter'),
    spki: expectTag(spki, TAG.sequence, 'a SubjectPublicKeyInfo').raw,
    extensions: readOptional(optional),
  };
}

function readVersion(node: DerNode | undefined): number {
  const [value, ...more] = node === undefined ? [] : children(node);
  if (value === undefined || more.length > 0) {
    throw new MalformedInput('a version is one INTEGER', node?.offset ?? 0);
  }
  return Number(integer(value, 'the version')) + 1;
}

// issuerUniqueID [1], subjectUniqueID [2], extensions [3], each at most once and in this order.
function readOptional(nodes: readonly DerNode[]): readonly CertificateExtension[] {
  let last = 0;
  let extensions: readonly CertificateExtension[] = [];
  for (const node of nodes) {
    if (node.tagClass !== 'context' || node.tag <= last || node.tag > 3) {
      throw new MalformedInput('unexpected part of a TBSCertificate', node.offset);
    }
    last = node.tag;
    if (node.tag === 3) extensions = readExtensions(node);
  }
  return extensions;
}

function readExtensions(node: DerNode): readonly CertificateExtension[] {
  const [list, ...more] = children(node);
  if (list === undefined || more.length > 0) {
    throw new MalformedInput('extensions are one SEQUENCE', node.offset);
  }
  return sequence(list, 'Extensions').map((extension) => {
    const parts = [...sequence(extension, 'an Extension')];
    const type = parts.shift();
    const flagged = parts.length === 2 ? parts.shift() : undefined;
    const value = parts.shift();
    if (type === undefined || value === undefined || parts.length > 0) {
      throw new MalformedInput('an Extension has two or three parts', extension.offset);
    }
    return {
      oid: oid(type),
      critical: flagged !== undefined && lenientBoolean(flagged, 'critical'),
      value: octetString(value, 'extnValue'),
      valueOffset: value.contentOffset,
    };
  });
}

function algorithmOid(node: DerNode): string {
  const [type] = sequence(node, 'an AlgorithmIdentifier');
  if (type === undefined) throw new MalformedInput('an empty AlgorithmIdentifier', node.offset);
  return oid(type);
}

function isContext(node: DerNode | undefined, tag: number): boolean {
  return node?.tagClass === 'context' && node.tag === tag;
}
