import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import type { ByteReader } from '../byte-reader.js';
import { prefixed, prefixedBytes, prefixedParts } from './length-prefixed.js';
import { readLineage, type LineageStep } from './lineage.js';
import { APK_ALGORITHMS, apkSignatureProblem, type ApkSignature } from './signature-algorithms.js';

/** A signature scheme of APK files. */
export type ApkScheme = 'v2' | 'v3' | 'v3.1';

/** A signer of an APK, and whether its signature holds for this very file. */
export interface ApkSigner {
  readonly scheme: ApkScheme;
  /** API levels that this signer counts for, as v3 states them; null in v2. */
  readonly sdkRange: { readonly min: number; readonly max: number } | null;
  /** SHA-256 of the signing certificate, lower-case hex: what phones know the signer by. */
  readonly certificateDigest: string;
  /** Null where the certificate cannot be parsed. */
  readonly subject: string | null;
  readonly algorithms: readonly string[];
  /** Certificates before this one, oldest first, this one last; empty without rotation. */
  readonly lineage: readonly LineageStep[];
  /** Newer schemes that must be there too, or somebody took them out. */
  readonly demandsSchemes: readonly ApkScheme[];
  /** Why the signature does not hold; empty where it does. */
  readonly problems: readonly string[];
}

/** Digest of a file's content, worked out once per algorithm. */
export type DigestContent = (algorithm: 'sha256' | 'sha512') => Uint8Array;

const ATTRIBUTE = {
  proofOfRotation: 0x3ba06f8c,
  /** In v2: the newest scheme that the file was signed with. */
  strippingProtection: 0xbeeff00d,
  /** In v3: the API level from which v3.1 counts. */
  rotationMinSdk: 0x559f8b02,
};

interface SignedPart {
  readonly digests: readonly { readonly algorithmId: number; readonly digest: Uint8Array }[];
  readonly certificates: readonly Uint8Array[];
  readonly sdkRange: ApkSigner['sdkRange'];
  readonly attributes: readonly ByteReader[];
}

/** Reads and verifies every signer of a block's value. */
export function readSigners(
  value: ByteReader,
  { scheme, digestContent }: { readonly scheme: ApkScheme; readonly digestContent: DigestContent },
): readonly ApkSigner[] {
  return prefixedParts(value, `the ${scheme} signers`).map((signer) =>
    readSigner(signer, scheme, digestContent),
  );
}

function readSigner(
  signer: ByteReader,
  scheme: ApkScheme,
  digestContent: DigestContent,
): ApkSigner {
  const signed = prefixed(signer, 'the signed part');
  const signedBytes = signed.from(0, 'the signed part');
  const part = readSignedPart(signed, scheme);
  const sdkRange = scheme === 'v2' ? null : readRange(signer);
  const signatures = prefixedParts(signer, 'signatures').map(readSignature);
  const spki = prefixedBytes(signer, 'the public key');
  const certificate = part.certificates[0] ?? new Uint8Array();
  const parsed = parseCertificate(certificate);
  const rotation = readAttributes(part.attributes);
  const signedContent = signedBytes.bytes(signedBytes.left, 'the signed part');
  const problems = [
    ...signatureProblems(signatures, { spki, signed: signedContent }),
    ...digestProblems(part, signatures, digestContent),
    ...(JSON.stringify(sdkRange) === JSON.stringify(part.sdkRange)
      ? []
      : ['the API levels outside the signed part differ from those inside']),
    ...certificateProblems(parsed, spki),
    ...rotation.problems,
  ];
  const certificateDigest = toHex(createHash('sha256').update(certificate).digest());
  const newest = rotation.lineage.at(-1)?.certificateDigest;
  if (newest !== undefined && newest !== certificateDigest) {
    problems.push('the lineage ends with another certificate');
  }
  return {
    ...{ scheme, sdkRange, certificateDigest, problems },
    subject: parsed.ok ? parsed.value.subject.text : null,
    algorithms: signatures.map(({ algorithmId }) => algorithmName(algorithmId)),
    lineage: rotation.lineage,
    demandsSchemes: rotation.demandsSchemes,
  };
}

function readSignedPart(signed: ByteReader, scheme: ApkScheme): SignedPart {
  const digests = prefixedParts(signed, 'digests').map((reader) => ({
    algorithmId: reader.u32('signature algorithm'),
    digest: prefixedBytes(reader, 'a digest'),
  }));
  const certificates = prefixedParts(signed, 'certificates').map((reader) =>
    reader.bytes(reader.left, 'a certificate'),
  );
  const sdkRange = scheme === 'v2' ? null : readRange(signed);
  return { digests, certificates, sdkRange, attributes: prefixedParts(signed, 'attributes') };
}

function readRange(reader: ByteReader): { readonly min: number; readonly max: number } {
  return { min: reader.u32('lowest API level'), max: reader.u32('highest API level') };
}

function readSignature(reader: ByteReader): ApkSignature {
  return {
    algorithmId: reader.u32('signature algorithm'),
    signature: prefixedBytes(reader, 'a signature'),
  };
}

// Android looks at the best algorithm alone; each that does not hold is a sign of a forgery here.
function signatureProblems(
  signatures: readonly ApkSignature[],
  over: { readonly spki: Uint8Array; readonly signed: Uint8Array },
): readonly string[] {
  if (signatures.length === 0) return ['no signature'];
  return signatures.flatMap((signature) => apkSignatureProblem(signature, over) ?? []);
}

function digestProblems(
  { digests }: SignedPart,
  signatures: readonly ApkSignature[],
  digestContent: DigestContent,
): readonly string[] {
  const ids = (list: readonly { readonly algorithmId: number }[]): string =>
    list.map(({ algorithmId }) => algorithmId).join();
  const problems: string[] = [];
  if (ids(digests) !== ids(signatures))
    problems.push('digests and signatures name other algorithms');
  let compared = 0;
  for (const { algorithmId, digest } of digests) {
    const content = APK_ALGORITHMS.get(algorithmId)?.content;
    if (content === undefined || content === 'verity') continue;
    compared += 1;
    if (!equalBytes(digestContent(content), digest)) {
      problems.push(`the file is not what was signed (${content})`);
    }
  }
  if (compared === 0) problems.push('no digest of the content that this reader knows');
  return problems;
}

function certificateProblems(
  parsed: ReturnType<typeof parseCertificate>,
  spki: Uint8Array,
): readonly string[] {
  if (!parsed.ok) {
    const { message, offset } = parsed.malformation;
    return [`the certificate is malformed at its byte ${offset}: ${message}`];
  }
  return equalBytes(parsed.value.spki, spki) ? [] : ['the certificate is of another key'];
}

function readAttributes(attributes: readonly ByteReader[]) {
  let lineage: readonly LineageStep[] = [];
  const problems: string[] = [];
  const demandsSchemes: ApkScheme[] = [];
  for (const attribute of attributes) {
    const id = attribute.u32('id of an attribute');
    if (id === ATTRIBUTE.proofOfRotation) {
      const read = readLineage(attribute.part(attribute.left, 'the lineage'));
      lineage = read.steps;
      problems.push(...read.problems);
    } else if (id === ATTRIBUTE.strippingProtection) {
      if (attribute.u32('a scheme') === 3) demandsSchemes.push('v3');
    } else if (id === ATTRIBUTE.rotationMinSdk) {
      demandsSchemes.push('v3.1');
    }
  }
  return { lineage, problems, demandsSchemes };
}

function algorithmName(id: number): string {
  return APK_ALGORITHMS.get(id)?.name ?? `0x${id.toString(16)}`;
}
