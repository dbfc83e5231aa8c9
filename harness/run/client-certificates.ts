import { fromBase64url } from '../encoding/bytes.js';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension } from '../encoding/peculiar.js';
import { HarnessError } from '../errors.js';
import { createLabPki, type LabPki } from '../relying-party/index.js';
import type { CertificateFault } from './stage-words.js';

export type { CertificateFault } from './stage-words.js';

const HOUR_MS = 60 * 60_000;

/** A certificate chain, leaf first, for a key of a phone; what the authority would not issue itself. */
export async function issueFaultyCertificate(
  pki: LabPki,
  order: { readonly spki: string; readonly fault: CertificateFault; readonly now: Date },
): Promise<readonly Uint8Array[]> {
  const { fault, now } = order;
  const spki = fromBase64url(order.spki);
  if (spki === null) throw new HarnessError('ERR_USAGE', 'a public key is not base64url');
  const from = startOf(fault);
  const issuer =
    fault === 'foreign-issuer'
      ? (await createLabPki({ dnsName: 'stranger.attestlab.example', now })).clientAuthority
      : pki.clientAuthority;
  const { clientAuth, serverAuth } = ExtendedKeyUsage;
  const leaf = await issuer.issue({
    commonName: 'mutual-tls',
    spki,
    notBefore: new Date(now.getTime() + from),
    notAfter: new Date(now.getTime() + from + HOUR_MS),
    extensions: [
      new ExtendedKeyUsageExtension([fault === 'wrong-usage' ? serverAuth : clientAuth]),
    ],
  });
  return [leaf, issuer.certificate];
}

function startOf(fault: CertificateFault): number {
  if (fault === 'expired') return -2 * HOUR_MS;
  return fault === 'not-yet-valid' ? HOUR_MS : -60_000;
}
