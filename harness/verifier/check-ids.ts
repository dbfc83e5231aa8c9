/**
 * Every check id with the refusal code that a relying party answers and the token of the shared
 * vectors that it maps to. Ids are API: never reused, never renamed.
 * `token` is null where no vector names the failure.
 */
export const CHECK_IDS = {
  'android-key/well-formed': { refusal: 'evidence_malformed', token: 'chain-parse' },
  'android-key/challenge-matches': { refusal: 'challenge_mismatch', token: 'challenge-mismatch' },
  'challenge/known': { refusal: 'challenge_unknown', token: null },
  'challenge/issued-to-presenter': { refusal: 'challenge_unknown', token: null },
  'challenge/issued-for-purpose': { refusal: 'challenge_unknown', token: null },
  'challenge/unspent': { refusal: 'challenge_replayed', token: null },
  'challenge/fresh': { refusal: 'challenge_expired', token: null },
  'enrolment/evidence-present': { refusal: 'evidence_missing', token: null },
  'enrolment/evidence-fits': { refusal: 'evidence_format_unexpected', token: null },
  'registration/key-not-elsewhere': { refusal: 'key_reuse', token: null },
  'registration/keys-separate': { refusal: 'key_reuse', token: null },
  'registration/app-attest-key-not-elsewhere': { refusal: 'key_reuse', token: null },
  'client-certificate/presented': { refusal: 'client_certificate_missing', token: null },
  'client-certificate/valid-now': { refusal: 'client_certificate_expired', token: null },
  'client-certificate/registered': { refusal: 'registration_unknown', token: null },
  'csr/well-formed': { refusal: 'csr_malformed', token: null },
  'csr/key-allowed': { refusal: 'csr_key_not_allowed', token: null },
  'csr/signature-algorithm-allowed': { refusal: 'csr_key_not_allowed', token: null },
  'csr/signature-verifies': { refusal: 'csr_signature_invalid', token: 'signature-invalid' },
  'csr/nonce-matches': { refusal: 'csr_nonce_mismatch', token: 'nonce-mismatch' },
  'signed-request/well-formed': { refusal: 'malformed', token: null },
  'signed-request/key-known': { refusal: 'unknown_key', token: null },
  'signed-request/key-bound-to-connection': { refusal: 'key_binding_mismatch', token: null },
  'signed-request/digest-matches': { refusal: 'digest_mismatch', token: null },
  'signed-request/signature-encoding-allowed': { refusal: 'encoding_not_allowed', token: null },
  'signed-request/signature-verifies': { refusal: 'bad_signature', token: 'signature-invalid' },
  'signed-request/epoch-current': { refusal: 'epoch_mismatch', token: null },
  'signed-request/timestamp-not-stale': { refusal: 'timestamp_stale', token: 'timestamp-stale' },
  'signed-request/timestamp-not-ahead': { refusal: 'timestamp_future', token: 'timestamp-future' },
  'signed-request/counter-not-replayed': { refusal: 'counter_replayed', token: null },
  'signed-request/counter-not-rolled-back': { refusal: 'counter_rollback', token: null },
} as const satisfies Record<string, { readonly refusal: string; readonly token: string | null }>;

/** An id of the table. */
export type CheckId = keyof typeof CHECK_IDS;
