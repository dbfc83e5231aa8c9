import type { AppraisalPolicy, Format } from '../../verifier/index.js';

/** The part of a policy that holds the settings of each format's checks; null where it has none. */
export const POLICY_SECTIONS = {
  'android-key': 'androidKey',
  'app-attest-attestation': 'appAttest',
  'app-attest-assertion': null,
  'app-attest-receipt': null,
  csr: null,
  'signed-request': 'signedRequest',
  'play-integrity': 'playIntegrity',
} as const satisfies Record<Format, keyof AppraisalPolicy | null>;
