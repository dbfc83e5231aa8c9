import { createPublicKey } from 'node:crypto';
import { isP256 } from '../encoding/ecdsa.js';
import { HarnessError } from '../errors.js';
import type { CertificationOrder, ClientCertificateIssuer } from './issuing/issuer.js';
import { problemsOf } from './issuing/judge-issued.js';

/** How client certificates are issued; nothing of it comes from a certification request. */
export interface ClientCertificatePolicy {
  readonly lifetimeMs: number;
  /** How far notBefore lies in the past, for phones whose clocks run late. */
  readonly backdateMs: number;
}

/** Certificates that need no revocation, since they end before a revocation would be heard of. */
export const SHORT_LIVED: ClientCertificatePolicy = {
  lifetimeMs: 24 * 60 * 60_000,
  backdateMs: 60_000,
};

/** What a client certificate is made of, beside the policy. */
export interface ClientCertificateOrder extends Pick<CertificationOrder, 'csr' | 'subject'> {
  readonly spki: Uint8Array;
  readonly now: Date;
}

/** Issues client certificates of one issuer under one policy. */
export type IssueClientCertificate = (
  order: ClientCertificateOrder,
) => ReturnType<typeof issueClientCertificate>;

/**
 * A client certificate for a key whose possession and evidence have been judged; leaf first. Throws
 * an ERR_ISSUANCE where the issuer fails or returns anything but what it was asked for.
 */
export async function issueClientCertificate(
  issuer: ClientCertificateIssuer,
  { csr, spki, subject, now, policy }: ClientCertificateOrder & { policy: ClientCertificatePolicy },
): Promise<readonly [leaf: Uint8Array, ...above: Uint8Array[]]> {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  if (!isP256(key)) throw new Error('client certificates are for P-256 keys only');
  const nowMs = now.getTime();
  const order: CertificationOrder = {
    ...{ csr, spki, subject },
    notBefore: wholeSecond(nowMs - policy.backdateMs),
    notAfter: wholeSecond(nowMs + policy.lifetimeMs),
  };
  const chain = await ordered(issuer, order);
  const [leaf, ...above] = chain;
  const problems = problemsOf({ chain, order, anchors: issuer.anchors, now });
  if (leaf !== undefined && problems.length === 0) return [leaf, ...above];
  throw new HarnessError('ERR_ISSUANCE', `the issued chain is refused: ${problems.join('; ')}`);
}

async function ordered(
  issuer: ClientCertificateIssuer,
  order: CertificationOrder,
): Promise<readonly Uint8Array[]> {
  try {
    return await issuer.issue(order);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_ISSUANCE', `no certificate was issued: ${reason}`, { cause });
  }
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
