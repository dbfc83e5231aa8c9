/**
 * Every check id with the refusal code that a relying party answers and the token of the shared
 * vectors that it maps to. Ids are API: never reused, never renamed.
 * `token` is null where no vector names the failure.
 */
export const CHECK_IDS = {
  'android-key/well-formed': { refusal: 'evidence_malformed', token: 'chain-parse' },
  'android-key/chain-long-enough': { refusal: 'evidence_malformed', token: 'chain-too-short' },
  'android-key/root-present': { refusal: 'trust_anchor_unknown', token: 'root-missing' },
  'android-key/names-chain': { refusal: 'evidence_malformed', token: 'name-chaining' },
  'android-key/signatures-verify': {
    refusal: 'evidence_signature_invalid',
    token: 'signature-invalid',
  },
  'android-key/root-not-software': { refusal: 'trust_anchor_unknown', token: 'software-root' },
  'android-key/anchor-trusted': { refusal: 'trust_anchor_unknown', token: 'untrusted-root' },
  'android-key/already-valid': {
    refusal: 'evidence_not_yet_valid',
    token: 'certificate-not-yet-valid',
  },
  'android-key/not-expired': { refusal: 'evidence_expired', token: 'certificate-expired' },
  'android-key/revocation-list-usable': {
    refusal: 'revocation_unavailable',
    token: 'revocation-list-unavailable',
  },
  'android-key/revocation-list-fresh': {
    refusal: 'revocation_unavailable',
    token: 'revocation-list-unavailable',
  },
  'android-key/not-revoked': { refusal: 'evidence_revoked', token: 'revoked' },
  'android-key/not-suspended': { refusal: 'evidence_revoked', token: 'suspended' },
  'android-key/status-known': { refusal: 'evidence_revoked', token: 'status-unknown' },
  'android-key/record-in-leaf': {
    refusal: 'evidence_malformed',
    token: 'missing-attestation-extension',
  },
  'android-key/single-record': {
    refusal: 'chain_extended',
    token: 'extra-attestation-extension',
  },
  'android-key/record-well-formed': {
    refusal: 'evidence_malformed',
    token: 'extension-malformed',
  },
  'android-key/chain-not-extended': { refusal: 'chain_extended', token: 'chain-extended' },
  'android-key/tags-in-order': { refusal: 'evidence_malformed', token: 'tag-order' },
  'android-key/tags-known': { refusal: 'evidence_malformed', token: 'unknown-tag' },
  'android-key/challenge-matches': { refusal: 'challenge_mismatch', token: 'challenge-mismatch' },
  'android-key/key-matches': { refusal: 'key_binding_mismatch', token: null },
  'android-key/levels-equal': {
    refusal: 'security_level_insufficient',
    token: 'security-level-mismatch',
  },
  'android-key/level-sufficient': {
    refusal: 'security_level_insufficient',
    token: 'security-level-software',
  },
  'android-key/strongbox-certified': {
    refusal: 'security_level_insufficient',
    token: 'security-level-mismatch',
  },
  'android-key/origin-generated': { refusal: 'key_not_eligible', token: 'origin-not-generated' },
  'android-key/purpose-sign': { refusal: 'key_not_eligible', token: null },
  'android-key/bound-to-application': { refusal: 'key_not_eligible', token: null },
  'android-key/root-of-trust-present': {
    refusal: 'boot_state_untrusted',
    token: 'root-of-trust-missing',
  },
  'android-key/device-locked': { refusal: 'boot_state_untrusted', token: 'device-unlocked' },
  'android-key/boot-verified': {
    refusal: 'boot_state_untrusted',
    token: 'boot-state-not-verified',
  },
  'android-key/os-patch-level-sufficient': { refusal: 'device_at_risk', token: null },
  'android-key/vendor-patch-level-sufficient': { refusal: 'device_at_risk', token: null },
  'android-key/boot-patch-level-sufficient': { refusal: 'device_at_risk', token: null },
  'android-key/creation-not-ahead': { refusal: 'evidence_not_yet_valid', token: null },
  'android-key/package-matches': { refusal: 'app_identity_mismatch', token: 'package-mismatch' },
  'android-key/signer-matches': {
    refusal: 'app_identity_mismatch',
    token: 'signing-digest-mismatch',
  },
  'challenge/known': { refusal: 'challenge_unknown', token: null },
  'challenge/issued-to-presenter': { refusal: 'challenge_unknown', token: null },
  'challenge/issued-for-purpose': { refusal: 'challenge_unknown', token: null },
  'challenge/unspent': { refusal: 'challenge_replayed', token: null },
  'challenge/fresh': { refusal: 'challenge_expired', token: null },
  'enrolment/evidence-present': { refusal: 'evidence_missing', token: null },
  'enrolment/evidence-fits': { refusal: 'evidence_format_unexpected', token: null },
  'enrolment/play-integrity-present': { refusal: 'evidence_missing', token: null },
  'enrolment/play-integrity-decoded': { refusal: 'evidence_malformed', token: null },
  'registration/key-not-elsewhere': { refusal: 'key_reuse', token: null },
  'registration/keys-separate': { refusal: 'key_reuse', token: null },
  'registration/app-attest-key-not-elsewhere': { refusal: 'key_reuse', token: null },
  'client-certificate/presented': { refusal: 'client_certificate_missing', token: null },
  'client-certificate/valid-now': { refusal: 'client_certificate_expired', token: null },
  'client-certificate/registered': { refusal: 'registration_unknown', token: null },
  'app-attest/well-formed': { refusal: 'evidence_malformed', token: 'chain-parse' },
  'app-attest/chain-long-enough': { refusal: 'evidence_malformed', token: 'chain-too-short' },
  'app-attest/names-chain': { refusal: 'evidence_malformed', token: 'name-chaining' },
  'app-attest/issuers-are-authorities': { refusal: 'chain_extended', token: 'chain-extended' },
  'app-attest/signatures-verify': {
    refusal: 'evidence_signature_invalid',
    token: 'signature-invalid',
  },
  'app-attest/anchor-trusted': { refusal: 'trust_anchor_unknown', token: 'untrusted-root' },
  'app-attest/already-valid': {
    refusal: 'evidence_not_yet_valid',
    token: 'certificate-not-yet-valid',
  },
  'app-attest/not-expired': { refusal: 'evidence_expired', token: 'certificate-expired' },
  'app-attest/nonce-matches': { refusal: 'challenge_mismatch', token: 'nonce-mismatch' },
  'app-attest/key-id-matches': { refusal: 'key_binding_mismatch', token: null },
  'app-attest/app-matches': { refusal: 'app_identity_mismatch', token: 'rp-id-hash-mismatch' },
  'app-attest/counter-is-zero': { refusal: 'counter_invalid', token: 'counter-not-increasing' },
  'app-attest/environment-allowed': {
    refusal: 'environment_mismatch',
    token: 'environment-not-allowed',
  },
  'app-attest/credential-id-matches': { refusal: 'key_binding_mismatch', token: null },
  'app-attest/credential-key-matches': { refusal: 'key_binding_mismatch', token: null },
  'app-attest/validation-category-allowed': {
    refusal: 'environment_mismatch',
    token: 'environment-not-allowed',
  },
  'app-attest/receipt-verifies': {
    refusal: 'evidence_signature_invalid',
    token: 'receipt-signature-invalid',
  },
  'app-attest/receipt-belongs': { refusal: 'key_binding_mismatch', token: null },
  'app-attest-assertion/well-formed': { refusal: 'evidence_malformed', token: 'chain-parse' },
  'app-attest-assertion/signature-encoding-allowed': {
    refusal: 'encoding_not_allowed',
    token: 'signature-invalid',
  },
  'app-attest-assertion/signature-verifies': {
    refusal: 'evidence_signature_invalid',
    token: 'signature-invalid',
  },
  'app-attest-assertion/app-matches': {
    refusal: 'app_identity_mismatch',
    token: 'rp-id-hash-mismatch',
  },
  'app-attest-assertion/counter-increased': {
    refusal: 'counter_invalid',
    token: 'counter-not-increasing',
  },
  'app-attest-receipt/well-formed': {
    refusal: 'evidence_malformed',
    token: 'receipt-signature-invalid',
  },
  'app-attest-receipt/signature-verifies': {
    refusal: 'evidence_signature_invalid',
    token: 'receipt-signature-invalid',
  },
  'app-attest-receipt/signer-marked': {
    refusal: 'trust_anchor_unknown',
    token: 'receipt-signature-invalid',
  },
  'app-attest-receipt/signer-trusted': {
    refusal: 'trust_anchor_unknown',
    token: 'untrusted-root',
  },
  'app-attest-receipt/signer-valid': {
    refusal: 'evidence_expired',
    token: 'certificate-expired',
  },
  'app-attest-receipt/app-matches': {
    refusal: 'app_identity_mismatch',
    token: 'rp-id-hash-mismatch',
  },
  'app-attest-receipt/key-matches': { refusal: 'key_binding_mismatch', token: null },
  'app-attest-receipt/not-too-old': { refusal: 'evidence_expired', token: 'receipt-too-old' },
  'app-attest-receipt/not-from-future': {
    refusal: 'evidence_not_yet_valid',
    token: 'timestamp-future',
  },
  'csr/well-formed': { refusal: 'csr_malformed', token: null },
  'csr/key-allowed': { refusal: 'csr_key_not_allowed', token: null },
  'csr/signature-algorithm-allowed': { refusal: 'csr_key_not_allowed', token: null },
  'csr/signature-verifies': { refusal: 'csr_signature_invalid', token: 'signature-invalid' },
  'csr/nonce-matches': { refusal: 'csr_nonce_mismatch', token: 'nonce-mismatch' },
  'play-integrity/token-decrypts': {
    refusal: 'evidence_malformed',
    token: 'decryption-failed',
  },
  'play-integrity/signature-verifies': {
    refusal: 'evidence_signature_invalid',
    token: 'signature-invalid',
  },
  'play-integrity/payload-well-formed': {
    refusal: 'evidence_malformed',
    token: 'payload-malformed',
  },
  'play-integrity/request-compared': { refusal: 'challenge_mismatch', token: null },
  'play-integrity/nonce-matches': { refusal: 'challenge_mismatch', token: 'nonce-mismatch' },
  'play-integrity/request-hash-matches': {
    refusal: 'challenge_mismatch',
    token: 'request-hash-mismatch',
  },
  'play-integrity/package-matches': {
    refusal: 'app_identity_mismatch',
    token: 'package-mismatch',
  },
  'play-integrity/timestamp-not-stale': { refusal: 'evidence_expired', token: 'timestamp-stale' },
  'play-integrity/timestamp-not-ahead': {
    refusal: 'evidence_not_yet_valid',
    token: 'timestamp-future',
  },
  'play-integrity/not-a-testing-response': {
    refusal: 'environment_mismatch',
    token: 'testing-response',
  },
  'play-integrity/app-recognized': {
    refusal: 'app_identity_mismatch',
    token: 'app-not-recognized',
  },
  'play-integrity/signer-matches': {
    refusal: 'app_identity_mismatch',
    token: 'signing-digest-mismatch',
  },
  'play-integrity/device-integrity-met': {
    refusal: 'boot_state_untrusted',
    token: 'device-integrity-missing',
  },
  'play-integrity/version-sufficient': {
    refusal: 'app_identity_mismatch',
    token: null,
  },
  'play-integrity/sdk-version-sufficient': { refusal: 'device_at_risk', token: null },
  'play-integrity/recall-clear': { refusal: 'device_at_risk', token: null },
  'play-integrity/app-licensed': { refusal: 'app_identity_mismatch', token: 'unlicensed' },
  'play-integrity/activity-plausible': { refusal: 'device_at_risk', token: 'activity-level' },
  'play-integrity/app-access-allowed': { refusal: 'device_at_risk', token: 'app-access-risk' },
  'play-integrity/play-protect-clean': { refusal: 'device_at_risk', token: 'play-protect-risk' },
  'signed-request/well-formed': { refusal: 'malformed', token: null },
  'signed-request/key-known': { refusal: 'unknown_key', token: null },
  'signed-request/key-bound-to-connection': { refusal: 'key_binding_mismatch', token: null },
  'signed-request/digest-matches': { refusal: 'digest_mismatch', token: null },
  'signed-request/signature-encoding-allowed': { refusal: 'encoding_not_allowed', token: null },
  'signed-request/signature-verifies': { refusal: 'bad_signature', token: 'signature-invalid' },
  'signed-request/app-matches': { refusal: 'app_identity_mismatch', token: null },
  'signed-request/epoch-current': { refusal: 'epoch_mismatch', token: null },
  'signed-request/timestamp-not-stale': { refusal: 'timestamp_stale', token: 'timestamp-stale' },
  'signed-request/timestamp-not-ahead': { refusal: 'timestamp_future', token: 'timestamp-future' },
  'signed-request/counter-not-replayed': { refusal: 'counter_replayed', token: null },
  'signed-request/counter-not-rolled-back': { refusal: 'counter_rollback', token: null },
  'signed-request/assertion-counter-increased': { refusal: 'counter_invalid', token: null },
} as const satisfies Record<string, { readonly refusal: string; readonly token: string | null }>;

/** An id of the table. */
export type CheckId = keyof typeof CHECK_IDS;
