import { equalBytes } from '../../../encoding/bytes.js';
import { failed, holds, notApplicable, passed, type Check } from '../../check.js';
import { linksFinding } from '../../chain-link.js';
import { chainCheck, type AndroidKeySubject } from '../subject.js';

/** The chain parses, to the last byte of every certificate. */
export const wellFormed: Check<AndroidKeySubject> = {
  id: 'android-key/well-formed',
  rule: 'every certificate of the chain parses and nothing follows it',
  source: 'RFC 5280, 4.1; ITU-T X.690, 10',
  withoutIt: 'bytes outside of what is signed steer a laxer parser further down',
  needs: [],
  evaluate({ appraisal: { evidence } }) {
    if (evidence.parsed.ok) return passed;
    const { message, offset } = evidence.parsed.malformation;
    return failed('certificates in DER', `${message} (at byte ${offset})`);
  },
};

/** The chain is long enough to have an attested key and an authority over it. */
export const longEnough = chainCheck({
  id: 'android-key/chain-long-enough',
  rule: 'the chain has a leaf and a root, or at least a leaf, an authority and the gap of a root',
  source: 'android/keyattestation, KeyAttestationCertPath',
  withoutIt: 'a lone certificate that someone signed himself stands for a chain',
  evaluate({ path }) {
    const actual = path.length + (path.anchorAdded ? 1 : 0);
    const minimum = path.root !== null || path.anchorAdded ? 2 : 3;
    return holds(actual >= minimum, {
      expected: `at least ${minimum} certificates`,
      actual: `${actual}`,
    });
  },
});

/** The chain carries its root. */
export const rootPresent = chainCheck({
  id: 'android-key/root-present',
  rule: 'the last certificate is self-issued, or policy lets the anchor be found by its name',
  source: 'android/keyattestation, KeyAttestationCertPath',
  withoutIt: 'a chain that was cut short is taken for one that ends in trust',
  evaluate({ path, chain }) {
    if (path.anchorAdded) return passed;
    const issuer = chain.certificates.at(-1)?.issuer.text ?? '';
    return holds(path.root !== null, {
      expected: 'a self-issued last certificate',
      actual: `one issued by ${issuer}`,
    });
  },
});

/** Each issuer name is the next subject. */
export const namesChain = chainCheck({
  id: 'android-key/names-chain',
  rule: "each certificate's issuer is, byte for byte, the subject of the next",
  source: 'RFC 5280, 6.1.3 (a)(4)',
  withoutIt: 'certificates of unrelated hierarchies are strung together',
  evaluate({ path, policy }) {
    if (policy.androidKey.nameChaining === 'ignored') {
      return notApplicable('policy ignores names; two genuine phones do not chain by name');
    }
    const broken = path.certificates.findIndex((certificate, at) => {
      const next = path.certificates[at + 1];
      return next !== undefined && !equalBytes(certificate.issuer.raw, next.subject.raw);
    });
    if (broken === -1) return passed;
    return failed(
      `certificate ${broken} issued by ${path.certificates[broken + 1]?.subject.text ?? ''}`,
      path.certificates[broken]?.issuer.text ?? '',
    );
  },
});

/** Every signature of the chain holds. */
export const signaturesVerify = chainCheck({
  id: 'android-key/signatures-verify',
  rule: 'each certificate is signed by the key of the next, and the root by its own',
  source: 'RFC 5280, 6.1.3 (a)(1)',
  withoutIt: 'anyone writes a certificate with the record he likes',
  evaluate({ path, memo }) {
    return linksFinding(path.links, memo);
  },
});
