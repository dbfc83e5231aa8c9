/**
 * What other programs import as `attestlab/verifier`: parsers, trust, policies and the reference
 * verifier, without anything that drives a phone. See `harness/library/README.md`.
 */
export { HarnessError } from '../errors.js';
export { parsePemCertificates } from '../encoding/pem.js';
export { readCertificate } from '../encoding/certificate.js';
export { parseAndroidKey } from '../evidence/android-key/index.js';
export type { AndroidKeyEvidence } from '../evidence/android-key/index.js';
export {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../evidence/app-attest/index.js';
export type {
  AppAttestAssertionEvidence,
  AppAttestAttestationEvidence,
  AppAttestReceiptEvidence,
} from '../evidence/app-attest/index.js';
export { parseCsr } from '../evidence/csr/index.js';
export type { CsrEvidence } from '../evidence/csr/index.js';
export { enrolmentBinding, keyId, PROFILE_S_HEADERS } from '../evidence/formats/index.js';
export type { EnrolmentBindingInput } from '../evidence/formats/index.js';
export { playIntegrityPayload, playIntegrityToken } from '../evidence/play-integrity/index.js';
export type { PlayIntegrityEvidence } from '../evidence/play-integrity/index.js';
export { parseSignedRequest, profileSHeaders } from '../evidence/signed-request/index.js';
export type { SignedHttpRequest, SignedRequestEvidence } from '../evidence/signed-request/index.js';
export { anchorOf, loadTrust, parseRevocationList } from '../trust/index.js';
export type {
  PlayIntegrityKeys,
  RevocationSnapshot,
  TrustAnchor,
  TrustSet,
} from '../trust/index.js';
export {
  BASELINE,
  canonicalJson,
  CHECK_IDS,
  createSignatureMemo,
  createVerifier,
  decodeAppraisal,
  demands,
  describe as describeCheck,
  earOf,
  encodeAppraisal,
  failing,
  FORMATS,
  LAB,
  POLICIES,
  policyFileSchema,
  policyFromFile,
  STRICT,
  withStatus,
} from '../verifier/index.js';
export type * from '../verifier/index.js';
export { shippedTrust } from './shipped-trust.js';
