import { FORMATS, type AppraisalPolicy, type Format } from '../../verifier/index.js';

/** The part of a policy that holds the settings of each format's checks; null where it has none. */
export const POLICY_SECTIONS = {
  'android-key': 'androidKey',
  'app-attest-attestation': 'appAttest',
  'app-attest-assertion': 'appAttest',
  'app-attest-receipt': null,
  csr: null,
  'signed-request': 'signedRequest',
  'play-integrity': 'playIntegrity',
} as const satisfies Record<Format, keyof AppraisalPolicy | null>;

/** A policy as it is stated to others, before the schema: about the checks of one format alone. */
export function statedPolicy(
  policy: AppraisalPolicy,
  format: Format,
): { readonly required: string[]; readonly reported: string[]; readonly settings: object } {
  const section = POLICY_SECTIONS[format];
  const ids = FORMATS[format].checks.map(({ id }) => id);
  return {
    required: ids.filter((id) => policy.required.includes(id)),
    reported: ids.filter((id) => policy.reported.includes(id)),
    settings: section === null ? {} : policy[section],
  };
}
