import { createHash } from 'node:crypto';
import { toHex } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import type { ByteReader } from '../byte-reader.js';
import { prefixed } from './length-prefixed.js';
import { apkSignatureProblem } from './signature-algorithms.js';

/** A certificate that once signed the app, oldest first, and what it may still do. */
export interface LineageStep {
  readonly certificateDigest: string;
  /** Flags of `SigningCertificateLineage.SignerCapabilities`. */
  readonly capabilities: readonly string[];
}

const CAPABILITIES: readonly (readonly [number, string])[] = [
  [0x01, 'installed-data'],
  [0x02, 'shared-uid'],
  [0x04, 'permission'],
  [0x08, 'rollback'],
  [0x10, 'auth'],
];

/** A lineage, and what is wrong with it; each certificate must have signed its successor. */
export function readLineage(reader: ByteReader): {
  readonly steps: readonly LineageStep[];
  readonly problems: readonly string[];
} {
  const steps: LineageStep[] = [];
  const problems: string[] = [];
  let before: { readonly spki: Uint8Array | null; readonly algorithmId: number } | null = null;
  const version = reader.u32('version of the lineage');
  if (version !== 1) problems.push(`a lineage of version ${version}`);
  while (reader.left > 0) {
    const { offset } = reader;
    const node = prefixed(reader, 'a step of the lineage');
    const signedReader = prefixed(node, 'what a step signs');
    const signed = signedReader.from(0, 'what a step signs');
    const certificate = prefixed(signedReader, 'a certificate');
    const raw = certificate.bytes(certificate.left, 'a certificate');
    const signedWith = signedReader.u32('signature algorithm');
    const flags = node.u32('capabilities');
    const algorithmId = node.u32('signature algorithm');
    const signature = prefixed(node, 'a signature');
    if (before !== null) {
      const problem = stepProblem(before, signedWith, {
        signed: signed.bytes(signed.left, 'what a step signs'),
        signature: signature.bytes(signature.left, 'a signature'),
      });
      if (problem !== null) problems.push(`lineage at byte ${offset}: ${problem}`);
    }
    const parsed = parseCertificate(raw);
    before = { spki: parsed.ok ? parsed.value.spki : null, algorithmId };
    const certificateDigest = toHex(createHash('sha256').update(raw).digest());
    if (steps.some((step) => step.certificateDigest === certificateDigest)) {
      problems.push(`lineage at byte ${offset}: a certificate is there twice`);
    }
    const capabilities = CAPABILITIES.flatMap(([bit, name]) => ((flags & bit) === 0 ? [] : [name]));
    steps.push({ certificateDigest, capabilities });
  }
  return { steps, problems };
}

function stepProblem(
  before: { readonly spki: Uint8Array | null; readonly algorithmId: number },
  signedWith: number,
  step: { readonly signed: Uint8Array; readonly signature: Uint8Array },
): string | null {
  if (before.spki === null) return 'the certificate before it cannot be read';
  if (signedWith !== before.algorithmId)
    return 'the algorithm is another than its predecessor named';
  const { signed, signature } = step;
  return apkSignatureProblem({ algorithmId: signedWith, signature }, { spki: before.spki, signed });
}
