import { hash } from 'node:crypto';
import { readP256Pair, readP256Signature } from '../../encoding/ecdsa.js';
import { parsing } from '../../encoding/parsed.js';
import type { SignedRequestEvidence } from '../../evidence/signed-request/index.js';
import type { Claims } from '../result.js';

/** Half of the order of P-256; a genuine signature may lie on either side of it. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/**
 * Claims of a signed request: `method`, `authority`, `target`, `bodySha256`, and where it parsed
 * `keyId`, `epoch`, `counter`, `timestampMs`, `contentType`, `profile`, `signatureForm`, `highS`. Numbers of
 * 64 bits are texts. An App Attest signature adds `assertionCounter`.
 */
export function claims({ request, parsed }: SignedRequestEvidence): Claims {
  const { method, authority, target, body } = request;
  const bodySha256 = hash('sha256', body, 'hex');
  if (!parsed.ok) return { method, authority, target, bodySha256 };
  const { keyId, epoch, counter, timestampMs, contentType, form, signature } = parsed.value;
  const { assertion, profile } = parsed.value;
  const asserted = assertion?.ok === true ? assertion.value : null;
  const bytes = asserted?.signature ?? signature;
  const numbers = parsing(() => (profile === 'R' ? readP256Pair(bytes) : readP256Signature(bytes)));
  const claimed = {
    method,
    authority,
    target,
    bodySha256,
    keyId,
    epoch: epoch.toString(),
    counter: counter.toString(),
    timestampMs: timestampMs.toString(),
    contentType,
    profile,
    signatureForm: form,
    highS: numbers.ok ? numbers.value.s > HALF_ORDER : null,
  };
  return asserted === null ? claimed : { ...claimed, assertionCounter: asserted.authData.counter };
}
