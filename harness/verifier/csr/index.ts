import { toBase64url } from '../../encoding/bytes.js';
import type { CsrEvidence } from '../../evidence/csr/index.js';
import { keyId } from '../../evidence/formats/index.js';
import type { Check } from '../check.js';
import type { CsrExpected } from '../expected.js';
import { formatVerifier } from '../format.js';
import type { Claims } from '../result.js';
import { algorithmAllowed, keyAllowed, wellFormed } from './checks/form.js';
import { nonceMatches, signatureVerifies } from './checks/possession.js';
import { prepareCsr, type CsrSubject } from './subject.js';

const checks: readonly Check<CsrSubject>[] = [
  wellFormed,
  keyAllowed,
  algorithmAllowed,
  signatureVerifies,
  nonceMatches,
];

/**
 * Claims of a request: `keyId`, `subject`, `challengePassword`, `attributes` and
 * `requestedExtensions` by type. What was asked for beyond the key is shown, never obeyed.
 * `attestationStatements` are what `id-aa-attestation` carries: type and DER as they came, vouched
 * for by nobody until the verifier of their own format has appraised them. Experimental.
 */
function claims({ parsed }: CsrEvidence): Claims {
  if (!parsed.ok) return {};
  const { spki, subject, challengePassword, attributes, requestedExtensions, attestations } =
    parsed.value;
  return {
    keyId: keyId(spki),
    subject: subject.text,
    challengePassword,
    attributes,
    requestedExtensions,
    attestationStatements: (attestations?.statements ?? []).map(({ type, statement }) => ({
      type,
      der: toBase64url(statement),
    })),
  };
}

/** PKCS#10 certification requests. */
export const csr = formatVerifier<CsrEvidence, CsrExpected, CsrSubject>({
  format: 'csr',
  checks,
  prepare: prepareCsr,
  claims: ({ evidence }) => claims(evidence),
});
