import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../encoding/bytes.js';
import type { Certificate } from '../../encoding/certificate.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { verifySignature } from '../../encoding/signature.js';

/** Who signed, and who vouches for them. */
export interface SignerChain {
  /** Subjects, the signer's first. */
  readonly subjects: readonly string[];
  /** Apple writes the team into the signer's organizational unit. */
  readonly teamId: string | null;
  /** SHA-256 of the signer's certificate. */
  readonly certificateDigest: string;
  readonly expiresAt: string;
  /** Every link holds, and the last certificate is one of Apple's roots. */
  readonly endsAtAppleRoot: boolean;
}

/** SHA-256 of the roots that vouch for signers: the Apple Root CA of 2006 (apple.com/certificateauthority). */
export const APPLE_ROOTS: readonly string[] = [
  'b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024',
];
const MAX_LENGTH = 8;

/** The chain from a signer as far as the certificates that came along lead. */
export function signerChain(
  signer: Certificate,
  { sent, roots }: { readonly sent: readonly Certificate[]; readonly roots: readonly string[] },
): SignerChain {
  const chain = [signer];
  for (let last = signer; chain.length < MAX_LENGTH && !isSelfIssued(last);) {
    const issuer = sent.find(
      (one) => equalBytes(one.subject.raw, last.issuer.raw) && signs(one, last),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  const root = chain.at(-1) ?? signer;
  return {
    subjects: chain.map(({ subject }) => subject.text),
    teamId: organizationalUnit(signer),
    certificateDigest: sha256Hex(signer.raw),
    expiresAt: new Date(signer.notAfterMs).toISOString(),
    endsAtAppleRoot: roots.includes(sha256Hex(root.raw)),
  };
}

function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return equalBytes(issuer.raw, subject.raw);
}

function signs(issuer: Certificate, issued: Certificate): boolean {
  const { signatureAlgorithm: algorithmOid, tbs: data, signature } = issued;
  return verifySignature({ algorithmOid, spki: issuer.spki, data, signature }) === 'valid';
}

function organizationalUnit({ subject }: Certificate): string | null {
  return subject.attributes.find(({ oid }) => oid === NAME_OID.organizationalUnit)?.value ?? null;
}

function sha256Hex(bytes: Uint8Array): string {
  return toHex(createHash('sha256').update(bytes).digest());
}

/** Why a chain is none; empty where Apple vouches for it. */
export function chainProblems({ endsAtAppleRoot, subjects }: SignerChain): readonly string[] {
  return endsAtAppleRoot
    ? []
    : [`the signer's chain ends at ${subjects.at(-1) ?? ''}, not at Apple`];
}
