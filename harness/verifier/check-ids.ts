/**
 * Every check id with the refusal code that a relying party answers and the token of the shared
 * vectors that it maps to. Ids are API: never reused, never renamed.
 * `token` is null where no vector names the failure.
 */
export const CHECK_IDS = {
  'android-key/well-formed': { refusal: 'evidence_malformed', token: 'chain-parse' },
  'android-key/challenge-matches': { refusal: 'challenge_mismatch', token: 'challenge-mismatch' },
} as const satisfies Record<string, { readonly refusal: string; readonly token: string | null }>;

/** An id of the table. */
export type CheckId = keyof typeof CHECK_IDS;
