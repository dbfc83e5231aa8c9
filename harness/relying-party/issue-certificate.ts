import { createPublicKey } from 'node:crypto';
import { isP256 } from '../encoding/ecdsa.js';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension } from '../encoding/peculiar.js';
import type { Authority } from './authority.js';

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
export interface ClientCertificateOrder {
  readonly subject: string;
  readonly spki: Uint8Array;
  readonly now: Date;
}

/** Issues client certificates of one authority under one policy. */
export type IssueClientCertificate = (
  order: ClientCertificateOrder,
) => ReturnType<typeof issueClientCertificate>;

/** A client certificate for a key whose possession and evidence have been judged; leaf first. */
export async function issueClientCertificate(
  authority: Authority,
  order: ClientCertificateOrder & { readonly policy: ClientCertificatePolicy },
): Promise<readonly [leaf: Uint8Array, issuer: Uint8Array]> {
  const key = createPublicKey({ key: Buffer.from(order.spki), format: 'der', type: 'spki' });
  if (!isP256(key)) throw new Error('client certificates are for P-256 keys only');
  const nowMs = order.now.getTime();
  const leaf = await authority.issue({
    commonName: order.subject,
    spki: order.spki,
    notBefore: new Date(nowMs - order.policy.backdateMs),
    notAfter: new Date(nowMs + order.policy.lifetimeMs),
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  });
  return [leaf, authority.certificate];
}
