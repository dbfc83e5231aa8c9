export {
  parseAppAttestAssertion,
  type AppAttestAssertion,
  type AppAttestAssertionEvidence,
} from './assertion.js';
export {
  parseAppAttestAttestation,
  type AppAttestAttestation,
  type AppAttestAttestationEvidence,
} from './attestation.js';
export {
  environmentOf,
  showExtension,
  type AttestedAuthenticatorData,
  type AuthenticatorData,
  type AuthenticatorExtension,
} from './authenticator-data.js';
export {
  CREDENTIAL_EXTENSION_OID,
  credentialFacts,
  readAttestedNonce,
  type CredentialFacts,
} from './credential-certificate.js';
export {
  parseAppAttestReceipt,
  parseReceipt,
  type AppAttestReceipt,
  type AppAttestReceiptEvidence,
} from './receipt.js';
