import type { Certificate } from '../../../encoding/certificate.js';
import { failed, notApplicable, passed } from '../../check.js';
import { provisioningOf, type Path } from '../path.js';
import { chainCheck } from '../subject.js';

/** Every authority of the chain was already valid. */
export const alreadyValid = chainCheck({
  id: 'android-key/already-valid',
  rule: 'every certificate between leaf and root is past its notBefore',
  source: 'RFC 5280, 6.1.3 (a)(2); android/keyattestation, verifyValidity',
  withoutIt: 'certificates prepared for later use work today',
  evaluate({ path, now }) {
    return findInvalid(path, {
      invalid: ({ notBeforeMs }) => now.getTime() < notBeforeMs,
      expected: `valid by ${now.toISOString()}`,
      show: ({ notBeforeMs }) => `is valid from ${iso(notBeforeMs)}`,
    });
  },
});

/** No authority of the chain has expired, unless it was put in at the factory. */
export const notExpired = chainCheck({
  id: 'android-key/not-expired',
  rule: 'every certificate between leaf and root is within its notAfter; factory chains do not expire',
  source: 'android/keyattestation, verifyValidity (expiry of factory chains ignored, RKP enforced)',
  withoutIt: 'a short-lived provisioned key that leaked once attests for ever',
  evaluate({ path, now }) {
    if (provisioningOf(path) === 'factory') {
      return notApplicable('a factory chain, which its vendor cannot renew');
    }
    return findInvalid(path, {
      invalid: ({ notAfterMs }) => now.getTime() > notAfterMs,
      expected: `valid at ${now.toISOString()}`,
      show: ({ notAfterMs }) => `expired ${iso(notAfterMs)}`,
    });
  },
});

// The leaf's dates are the phone's own invention (1970, 2106), and an anchor is a key, not a date.
function findInvalid(
  { certificates, root }: Path,
  rule: {
    readonly invalid: (certificate: Certificate) => boolean;
    readonly expected: string;
    readonly show: (certificate: Certificate) => string;
  },
) {
  const authorities = certificates.slice(1).filter((certificate) => certificate !== root);
  const bad = authorities.find(rule.invalid);
  return bad === undefined
    ? passed
    : failed(rule.expected, `${bad.subject.text} ${rule.show(bad)}`);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
