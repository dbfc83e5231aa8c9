import { failed, holds, passed, type Check } from '../../../check.js';
import {
  alreadyValidFinding,
  anchorFinding,
  authoritiesFinding,
  namesFinding,
  notExpiredFinding,
  signaturesFinding,
} from '../../path.js';
import { attestationCheck, type AttestationSubject } from '../subject.js';

const GUIDE = 'Apple, Validating apps that connect to your server, Verify the attestation';

/** The object parses to its last byte. */
export const wellFormed: Check<AttestationSubject> = {
  id: 'app-attest/well-formed',
  rule: 'the object is CBOR of format apple-appattest, to the last byte of every part',
  source: `${GUIDE}; RFC 8949, 5.6; WebAuthn Level 3, 6.5`,
  withoutIt: 'two readers see two objects: the last of two equal keys, or bytes behind the end',
  needs: [],
  evaluate({ appraisal: { evidence } }) {
    if (evidence.parsed.ok) return passed;
    const { message, offset } = evidence.parsed.malformation;
    return failed('an attestation object', `${message} (at byte ${offset})`);
  },
};

/** The chain has an authority above the credential certificate. */
export const longEnough = attestationCheck({
  id: 'app-attest/chain-long-enough',
  rule: 'x5c holds the credential certificate and the intermediate above it',
  source: `${GUIDE}, step 1`,
  withoutIt: 'a lone certificate stands for a chain',
  evaluate: ({ path: { certificates } }) =>
    holds(certificates.length >= 2, {
      expected: 'at least 2 certificates below the root',
      actual: `${certificates.length}`,
    }),
});

/** Each issuer name is the next subject. */
export const namesChain = attestationCheck({
  id: 'app-attest/names-chain',
  rule: "each certificate's issuer is, byte for byte, the subject of the next",
  source: 'RFC 5280, 6.1.3 (a)(4)',
  withoutIt: 'certificates of unrelated hierarchies are strung together',
  evaluate: ({ path }) => namesFinding(path),
});

/** Every issuer is a certificate authority. */
export const issuersAreAuthorities = attestationCheck({
  id: 'app-attest/issuers-are-authorities',
  rule: 'every certificate above the first is an authority by its basicConstraints',
  source: 'RFC 5280, 6.1.4 (k)',
  withoutIt: 'whoever holds a key with a certificate of Apple’s issues certificates himself',
  evaluate: ({ path }) => authoritiesFinding(path),
});

/** Every signature of the chain holds. */
export const signaturesVerify = attestationCheck({
  id: 'app-attest/signatures-verify',
  rule: 'each certificate is signed by the key of the next, and the last by the anchor',
  source: `${GUIDE}, step 1; RFC 5280, 6.1.3 (a)(1)`,
  withoutIt:
    'anyone writes the credential certificate himself (seen: a library that drops the result)',
  evaluate: ({ path, memo }) => signaturesFinding(path, memo),
});

/** The chain ends in a trusted key. */
export const anchorTrusted = attestationCheck({
  id: 'app-attest/anchor-trusted',
  rule: 'the last certificate names a trusted App Attestation root as its issuer',
  source: `${GUIDE}, step 1`,
  withoutIt: 'a chain that the attacker made himself is as good as Apple’s',
  evaluate: ({ path, trust }) => anchorFinding(path, trust.appAttestAnchors),
});

/** No certificate is used before its time. */
export const alreadyValid = attestationCheck({
  id: 'app-attest/already-valid',
  rule: 'every certificate below the root is past its notBefore',
  source: 'RFC 5280, 6.1.3 (a)(2)',
  withoutIt: 'certificates prepared for later use work today',
  evaluate: ({ path, now }) => alreadyValidFinding(path, now.getTime()),
});

/** No certificate has expired: Apple keeps the credential's life short on purpose. */
export const notExpired = attestationCheck({
  id: 'app-attest/not-expired',
  rule: 'every certificate below the root is within its notAfter',
  source: 'RFC 5280, 6.1.3 (a)(2)',
  withoutIt: 'an attestation that was stored away registers a key years later',
  evaluate: ({ path, now }) => notExpiredFinding(path, now.getTime()),
});
