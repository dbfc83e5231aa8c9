import {
  bitString,
  integer,
  octetString,
  oid,
  sequence,
  set,
  text,
  expectTag,
} from '../../encoding/der-values.js';
import { assertDepth, children, readDer, TAG, type DerNode } from '../../encoding/der.js';
import { readName, type DistinguishedName } from '../../encoding/distinguished-name.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { readAttestationBundle, type AttestationBundle } from './attestation-bundle.js';

/** Attributes of a certification request that are read (RFC 2985, 5.4; the last is experimental). */
export const CSR_ATTRIBUTE_OID = {
  challengePassword: '1.2.840.113549.1.9.7',
  extensionRequest: '1.2.840.113549.1.9.14',
  attestation: '1.2.840.113549.1.9.16.2.59',
} as const;

/** A PKCS#10 request as its bytes say. What it asks for beyond its key is shown and never obeyed. */
export interface CertificationRequest {
  /** `certificationRequestInfo` as it was signed. */
  readonly info: Uint8Array;
  readonly subject: DistinguishedName;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly signatureAlgorithm: string;
  /** Whether the algorithm identifier carries parameters. */
  readonly hasAlgorithmParameters: boolean;
  readonly signature: Uint8Array;
  readonly challengePassword: string | null;
  /** Types of all attributes, in order. */
  readonly attributes: readonly string[];
  /** Types of the extensions that were asked for. */
  readonly requestedExtensions: readonly string[];
  /** Attestations that the request carries, or null. Experimental, and judged by no check. */
  readonly attestations: AttestationBundle | null;
}

/** A certification request as evidence that its sender holds a key. */
export interface CsrEvidence {
  readonly format: 'csr';
  readonly bytes: Uint8Array;
  readonly parsed: Parsed<CertificationRequest>;
}

/** Bounds the work that one hostile request can cause. */
const MAX_CSR_BYTES = 16_384;

/** Parses a PKCS#10 request (RFC 2986) in strict DER that fills `bytes`. */
export function parseCsr(bytes: Uint8Array): CsrEvidence {
  return { format: 'csr', bytes, parsed: parsing(() => readCsr(bytes)) };
}

interface Attribute {
  readonly type: string;
  readonly value: DerNode;
}

function readCsr(bytes: Uint8Array): CertificationRequest {
  if (bytes.length > MAX_CSR_BYTES) {
    throw new MalformedInput(`a request of ${bytes.length} bytes`, 0);
  }
  const root = readDer(bytes);
  assertDepth(root);
  const [info, algorithm, signature, ...more] = sequence(root, 'a CertificationRequest');
  if (!info || !algorithm || !signature || more.length > 0) {
    throw new MalformedInput('a CertificationRequest has three parts', root.offset);
  }
  const [algorithmType, ...parameters] = sequence(algorithm, 'an AlgorithmIdentifier');
  if (algorithmType === undefined) {
    throw new MalformedInput('an empty AlgorithmIdentifier', algorithm.offset);
  }
  return {
    info: info.raw,
    ...readInfo(info),
    signatureAlgorithm: oid(algorithmType),
    hasAlgorithmParameters: parameters.length > 0,
    signature: bitString(signature, 'the signature'),
  };
}

function readInfo(info: DerNode) {
  const [version, subject, spki, attributeSet, ...more] = sequence(
    info,
    'a CertificationRequestInfo',
  );
  // RFC 2986, 4.1: the attributes are not optional, though their set may be empty.
  if (!version || !subject || !spki || !attributeSet || more.length > 0) {
    throw new MalformedInput('a CertificationRequestInfo has four parts', info.offset);
  }
  if (integer(version, 'the version') !== 0n) {
    throw new MalformedInput('the version is not 0', version.offset);
  }
  const attributes = readAttributes(attributeSet);
  const password = attributeOf(attributes, CSR_ATTRIBUTE_OID.challengePassword);
  const extensions = attributeOf(attributes, CSR_ATTRIBUTE_OID.extensionRequest);
  const bundle = attributeOf(attributes, CSR_ATTRIBUTE_OID.attestation);
  return {
    subject: readName(subject),
    spki: expectTag(spki, TAG.sequence, 'a SubjectPublicKeyInfo').raw,
    challengePassword: password === null ? null : text(password, 'a challengePassword'),
    attributes: attributes.map((attribute) => attribute.type),
    requestedExtensions: extensions === null ? [] : extensionTypes(extensions),
    attestations: bundle === null ? null : readAttestationBundle(bundle),
  };
}

function readAttributes(node: DerNode): readonly Attribute[] {
  if (node.tagClass !== 'context' || node.tag !== 0 || !node.constructed) {
    throw new MalformedInput('attributes are not there', node.offset);
  }
  const parts = children(node);
  assertSorted(parts);
  return parts.map((part) => {
    const [type, values, ...more] = sequence(part, 'an Attribute');
    if (type === undefined || values === undefined || more.length > 0) {
      throw new MalformedInput('an Attribute is no pair of type and values', part.offset);
    }
    const [value, ...moreValues] = set(values, 'the values of an Attribute');
    // RFC 2985, 5.4.1 and 5.4.2, and COUNTS MAX 1 of attr-attestation: all that matter here are
    // single-valued.
    if (value === undefined || moreValues.length > 0) {
      throw new MalformedInput('an Attribute has one value', values.offset);
    }
    return { type: oid(type), value };
  });
}

// X.690, 11.6: the parts of a SET OF are in ascending order of their encodings.
function assertSorted(parts: readonly DerNode[]): void {
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before !== undefined && Buffer.compare(before.raw, part.raw) > 0) {
      throw new MalformedInput('a SET OF is not in order', part.offset);
    }
  }
}

function attributeOf(attributes: readonly Attribute[], type: string): DerNode | null {
  const [first, second] = attributes.filter((attribute) => attribute.type === type);
  if (second !== undefined) {
    throw new MalformedInput(`attribute ${type} is there twice`, second.value.offset);
  }
  return first?.value ?? null;
}

function extensionTypes(node: DerNode): readonly string[] {
  return sequence(node, 'Extensions').map((extension) => {
    const parts = sequence(extension, 'an Extension');
    const [type] = parts;
    const value = parts.at(-1);
    if (type === undefined || value === undefined || parts.length < 2 || parts.length > 3) {
      throw new MalformedInput('an Extension has two or three parts', extension.offset);
    }
    octetString(value, 'extnValue');
    return oid(type);
  });
}
