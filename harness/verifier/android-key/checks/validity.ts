import type { Certificate } from '../../../encoding/certificate.js';
import { failed, notApplicable, passed } from '../../check.js';
import { provisioningOf } from '../path.js';
import { chainCheck, type ChainView } from '../subject.js';

/** Every authority of the chain was already valid. */
export const alreadyValid = chainCheck({
  id: 'android-key/already-valid',
  rule: 'every authority between attested key and root is past its notBefore',
  source: 'RFC 5280, 6.1.3 (a)(2); android/keyattestation, verifyValidity',
  withoutIt: 'certificates prepared for later use work today',
  evaluate(view) {
    const { now } = view;
    return findInvalid(view, {
      invalid: ({ notBeforeMs }) => now.getTime() < notBeforeMs,
      expected: `valid by ${now.toISOString()}`,
      show: ({ notBeforeMs }) => `is valid from ${iso(notBeforeMs)}`,
    });
  },
});

/** No authority of the chain has expired, unless it was put in at the factory. */
export const notExpired = chainCheck({
  id: 'android-key/not-expired',
  rule: 'every authority between attested key and root is within its notAfter, unless provisioned at the factory',
  source: 'android/keyattestation, verifyValidity (expiry of factory chains ignored, RKP enforced)',
  withoutIt: 'a short-lived provisioned key that leaked once attests for ever',
  evaluate(view) {
    const { path, now } = view;
    if (provisioningOf(path) === 'factory') {
      return notApplicable('a factory chain, which its vendor cannot renew');
    }
    return findInvalid(view, {
      invalid: ({ notAfterMs }) => now.getTime() > notAfterMs,
      expected: `valid at ${now.toISOString()}`,
      show: ({ notAfterMs }) => `expired ${iso(notAfterMs)}`,
    });
  },
});

// Dates of the leaf, and of an attest key, are the phone's own invention (1970, 2106), and an anchor
// is a key, not a date.
function findInvalid(
  { chain, path: { certificates, root, length } }: ChainView,
  rule: {
    readonly invalid: (certificate: Certificate) => boolean;
    readonly expected: string;
    readonly show: (certificate: Certificate) => string;
  },
) {
  const attested = new Set(chain.records.map(({ at }) => chain.certificates[at]));
  const authorities = certificates
    .slice(1, length)
    .filter((certificate) => certificate !== root && !attested.has(certificate));
  const bad = authorities.find(rule.invalid);
  return bad === undefined
    ? passed
    : failed(rule.expected, `${bad.subject.text} ${rule.show(bad)}`);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
