import type { AppAttestAssertionEvidence } from '../../../evidence/app-attest/index.js';
import type { AppAttestAssertionExpected } from '../../expected.js';
import { formatVerifier } from '../../format.js';
import { authDataClaims } from '../show.js';
import {
  appMatches,
  counterIncreased,
  signatureEncoding,
  signatureVerifies,
  wellFormed,
  type AssertionSubject,
} from './checks.js';

/**
 * App Attest assertions. Claims: `flags`, `counter`, `authDataLength`, `rpIdHashHex` and
 * `authDataExtensions`; `keyProtection` as for attestations.
 */
export const appAttestAssertion = formatVerifier<
  AppAttestAssertionEvidence,
  AppAttestAssertionExpected,
  AssertionSubject
>({
  format: 'app-attest-assertion',
  checks: [wellFormed, signatureEncoding, signatureVerifies, appMatches, counterIncreased],
  prepare: (appraisal) => appraisal,
  claims: ({ evidence: { parsed } }) =>
    parsed.ok ? { keyProtection: 'vouched', ...authDataClaims(parsed.value.authData) } : {},
});
