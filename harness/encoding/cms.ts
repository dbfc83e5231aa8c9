import { createHash } from 'node:crypto';
import { berToDer } from './ber.js';
import { concatBytes, equalBytes } from './bytes.js';
import { readCertificate, type Certificate } from './certificate.js';
import { children, readDer, type DerNode } from './der.js';
import { integer, octetString, oid, sequence, set } from './der-values.js';
import { MalformedInput, parsing, type Parsed } from './parsed.js';
import { SIGNATURE_OID, verifySignature } from './signature.js';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaSha256: SIGNATURE_OID.ecdsaSha256,
  rsaSha256: SIGNATURE_OID.rsaSha256,
  /** PKCS #1 names the key alone; the digest is then the signer's (RFC 8017, 8.2; RFC 3370, 3.2). */
  rsa: '1.2.840.113549.1.1.1',
} as const;

/** Kinds of keys that a signer may have. */
export type SignerKey = 'ecdsa' | 'rsa';

/** The one signer of a signed message. */
interface SignerInfo {
  /** DER of the issuer's name; the certificate is found by it and the serial number. */
  readonly issuer: Uint8Array;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  readonly digestAlgorithm: string;
  /** The attributes as sent, `[0] IMPLICIT`; null where the content itself is signed. */
  readonly signedAttributes: DerNode | null;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/** A CMS SignedData message with its content inside and one signer (RFC 5652, 5). */
export interface SignedMessage {
  readonly content: Uint8Array;
  /** Certificates that came along, in the order sent. */
  readonly certificates: readonly Certificate[];
  readonly signer: SignerInfo;
}

/** Whether a message is signed by a certificate that came along, and by which. */
export type SignerFinding =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly problem: string };

/** Parses a SignedData in BER, as Apple writes it: indefinite lengths, sets in any order. */
export function parseSignedData(bytes: Uint8Array): Parsed<SignedMessage> {
  return parsing(() => readSignedData(bytes, null));
}

/** As `parseSignedData`, of a message that holds no content: `content` is what lies beside it. */
export function parseDetachedSignedData(
  bytes: Uint8Array,
  content: Uint8Array,
): Parsed<SignedMessage> {
  return parsing(() => readSignedData(bytes, content));
}

/**
 * Verifies the signer's signature (RFC 5652, 5.4 and 5.6). Where there are signed attributes the
 * signature is over them and they must state the content's type and digest; a signature over the
 * bare content beside them does not count.
 */
export function verifySigner(
  message: SignedMessage,
  keys: readonly SignerKey[] = ['ecdsa'],
): SignerFinding {
  const { signer } = message;
  const certificate = message.certificates.find(
    (sent) => equalBytes(sent.issuer.raw, signer.issuer) && sent.serial === signer.serial,
  );
  if (certificate === undefined) return problem('the signer’s certificate did not come along');
  if (signer.digestAlgorithm !== OID.sha256) {
    return problem(`digest algorithm ${signer.digestAlgorithm}`);
  }
  const algorithmOid = algorithmFor(signer.signatureAlgorithm, keys);
  if (algorithmOid === null) return problem(`signature algorithm ${signer.signatureAlgorithm}`);
  const signed = signedBytes(message);
  if (typeof signed === 'string') return problem(signed);
  const outcome = verifySignature({
    algorithmOid,
    spki: certificate.spki,
    data: signed,
    signature: signer.signature,
  });
  return outcome === 'valid' ? { ok: true, certificate } : problem(`the signature is ${outcome}`);
}

function algorithmFor(named: string, keys: readonly SignerKey[]): string | null {
  if (named === OID.ecdsaSha256) return keys.includes('ecdsa') ? named : null;
  if (!keys.includes('rsa')) return null;
  return named === OID.rsa || named === OID.rsaSha256 ? OID.rsaSha256 : null;
}

function problem(text: string): SignerFinding {
  return { ok: false, problem: text };
}

/** What the signature is over, or what is wrong with the signed attributes. */
export function signedBytes(message: SignedMessage): Uint8Array | string {
  const { signedAttributes } = message.signer;
  if (signedAttributes === null) return message.content;
  const attributes = parsing(() => readAttributes(signedAttributes));
  if (!attributes.ok) return attributes.malformation.message;
  const { contentType, messageDigest } = attributes.value;
  if (contentType !== OID.data) return `signed content type ${contentType}`;
  const digest = createHash('sha256').update(message.content).digest();
  if (!equalBytes(messageDigest, digest)) return 'the signed digest is not that of the content';
  // RFC 5652, 5.4: signed is the DER of the SET OF, so with its own tag and its parts in order.
  const parts = children(signedAttributes).map((part) => part.raw);
  const head = signedAttributes.raw.subarray(
    1,
    signedAttributes.raw.length - signedAttributes.content.length,
  );
  const sorted = parts.sort((left, right) => Buffer.compare(left, right));
  return concatBytes(Uint8Array.of(0x31), head, ...sorted);
}

/** The one value of a signed attribute; null where it is missing or has several. */
export function signedAttribute({ signer }: SignedMessage, type: string): DerNode | null {
  const { signedAttributes } = signer;
  if (signedAttributes === null) return null;
  const parsed = parsing(() => attributeValues(signedAttributes));
  return (parsed.ok ? parsed.value.get(type) : null) ?? null;
}

function readAttributes(node: DerNode) {
  const values = attributeValues(node);
  const contentType = values.get(OID.contentType);
  const messageDigest = values.get(OID.messageDigest);
  if (!contentType || !messageDigest) {
    throw new MalformedInput('signed attributes lack content type or digest', node.offset);
  }
  return { contentType: oid(contentType), messageDigest: octetString(messageDigest) };
}

function attributeValues(node: DerNode): ReadonlyMap<string, DerNode> {
  const values = new Map<string, DerNode>();
  for (const attribute of children(node)) {
    const [type, valueSet, ...more] = sequence(attribute, 'an Attribute');
    if (!type || !valueSet || more.length > 0) {
      throw new MalformedInput('an Attribute is no pair', attribute.offset);
    }
    const [value, ...moreValues] = set(valueSet, 'the values of an Attribute');
    const name = oid(type);
    if (values.has(name)) throw new MalformedInput('an attribute is there twice', type.offset);
    if (value !== undefined && moreValues.length === 0) values.set(name, value);
  }
  return values;
}

function readSignedData(bytes: Uint8Array, beside: Uint8Array | null): SignedMessage {
  const root = readDer(berToDer(bytes));
  const [type, wrapped, ...more] = sequence(root, 'a ContentInfo');
  if (!type || !wrapped || more.length > 0 || oid(type) !== OID.signedData) {
    throw new MalformedInput('not a SignedData', root.offset);
  }
  const parts = [...sequence(explicit(wrapped, 0), 'a SignedData')];
  const [version, digests, content] = parts.splice(0, 3);
  const signers = parts.pop();
  if (!version || !digests || !content || !signers) {
    throw new MalformedInput('a SignedData is cut off', root.offset);
  }
  integer(version, 'the version');
  set(digests, 'digest algorithms');
  const certificates = parts.find((part) => part.tagClass === 'context' && part.tag === 0);
  const [signer, ...otherSigners] = set(signers, 'signers');
  if (signer === undefined || otherSigners.length > 0) {
    throw new MalformedInput('not exactly one signer', signers.offset);
  }
  return {
    content: readContent(content, beside),
    certificates: certificates === undefined ? [] : readCertificates(certificates),
    signer: readSigner(signer),
  };
}

function readContent(node: DerNode, beside: Uint8Array | null): Uint8Array {
  const [type, wrapped, ...more] = sequence(node, 'an EncapsulatedContentInfo');
  if (beside !== null) {
    if (type !== undefined && wrapped === undefined && oid(type) === OID.data) return beside;
    throw new MalformedInput('content of type data was to lie beside this', node.offset);
  }
  if (!type || !wrapped || more.length > 0 || oid(type) !== OID.data) {
    throw new MalformedInput('no content of type data inside', node.offset);
  }
  return octetString(explicit(wrapped, 0), 'the content');
}

function readCertificates(node: DerNode): readonly Certificate[] {
  return children(node).map((certificate) => readCertificate(certificate.raw, certificate.offset));
}

function readSigner(node: DerNode): SignerInfo {
  const parts = [...sequence(node, 'a SignerInfo')];
  const [version, sid, digest] = parts.splice(0, 3);
  const signedAttributes =
    parts[0]?.tagClass === 'context' && parts[0].tag === 0 ? (parts.shift() ?? null) : null;
  const [algorithm, signature] = parts;
  if (!version || !sid || !digest || !algorithm || !signature) {
    throw new MalformedInput('a SignerInfo is cut off', node.offset);
  }
  // RFC 5652, 5.3: version 1 names its certificate by issuer and serial number.
  if (integer(version, 'the version of a SignerInfo') !== 1n) {
    throw new MalformedInput('a signer that is not named by issuer and serial', version.offset);
  }
  const [issuer, serial, ...more] = sequence(sid, 'an IssuerAndSerialNumber');
  if (!issuer || !serial || more.length > 0) {
    throw new MalformedInput('an IssuerAndSerialNumber is no pair', sid.offset);
  }
  return {
    issuer: issuer.raw,
    serial: integer(serial, 'the serial number').toString(16),
    digestAlgorithm: algorithmOid(digest),
    signedAttributes,
    signatureAlgorithm: algorithmOid(algorithm),
    signature: octetString(signature, 'the signature'),
  };
}

function algorithmOid(node: DerNode): string {
  const [type] = sequence(node, 'an AlgorithmIdentifier');
  if (type === undefined) throw new MalformedInput('an empty AlgorithmIdentifier', node.offset);
  return oid(type);
}

function explicit(node: DerNode, tag: number): DerNode {
  const [inner, ...more] = children(node);
  if (node.tagClass !== 'context' || node.tag !== tag || !inner || more.length > 0) {
    throw new MalformedInput(`expected [${tag}] around one element`, node.offset);
  }
  return inner;
}
