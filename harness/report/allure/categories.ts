import { Status } from 'allure-js-commons';
import type { Category } from 'allure-js-commons/sdk';
import { CHECK_IDS, type CheckId } from '../../verifier/check-ids.js';

/** Checks by what a team does about them, told by the refusal that each leads to. */
const CHECK_GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    'Chain and trust anchor',
    [
      ...['evidence_malformed', 'evidence_missing', 'evidence_format_unexpected'],
      ...['evidence_signature_invalid', 'evidence_expired', 'evidence_not_yet_valid'],
      ...['trust_anchor_unknown', 'chain_extended'],
    ],
  ],
  ['Revocation', ['revocation_unavailable', 'evidence_revoked']],
  [
    'Challenge and nonce',
    [
      ...['challenge_mismatch', 'challenge_unknown', 'challenge_replayed', 'challenge_expired'],
      'csr_nonce_mismatch',
    ],
  ],
  [
    'Boot state and environment',
    ['boot_state_untrusted', 'environment_mismatch', 'device_at_risk'],
  ],
  ['App identity', ['app_identity_mismatch']],
  [
    'Key protection and binding',
    [
      ...['security_level_insufficient', 'key_not_eligible', 'key_binding_mismatch', 'key_reuse'],
      ...['csr_malformed', 'csr_key_not_allowed', 'csr_signature_invalid'],
    ],
  ],
  [
    'Client certificate and deny list',
    [
      ...['client_certificate_missing', 'client_certificate_expired', 'registration_unknown'],
      ...['key_denied', 'client_certificate_untrusted', 'client_certificate_wrong_usage'],
      'client_certificate_refused_by_tls',
    ],
  ],
  [
    'Signed request: signature, counter, time',
    [
      ...['malformed', 'unknown_key', 'digest_mismatch', 'encoding_not_allowed', 'bad_signature'],
      ...['epoch_mismatch', 'timestamp_stale', 'timestamp_future', 'counter_replayed'],
      ...['counter_rollback', 'counter_invalid', 'alg_not_allowed', 'component_missing'],
    ],
  ],
];

const ERROR_GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Phone unreachable', ['ERR_DEVICE_LOST', 'ERR_PHONE_LEASED']],
  ['Probe', ['ERR_PROBE_PROTOCOL']],
  ['Appium', ['ERR_APPIUM_UNAVAILABLE']],
  ['Relying party and network', ['ERR_RELYING_PARTY', 'ERR_PORT_IN_USE']],
  ['Files and configuration', ['ERR_FILE_[A-Z]+', 'ERR_TRUST_INVALID', 'ERR_USAGE']],
  ['Cancelled', ['ERR_CANCELLED']],
];

/**
 * Allure's categories. The first match wins, by the machine's code in front of a message, never by
 * prose: `[falseAccept csr/nonce-matches] ...`. A false accept is its own category whatever check let
 * it in, since it is a hole, and a hole must not be filed among rejects.
 */
export const ALLURE_CATEGORIES: readonly Category[] = [
  category('False accept: bad evidence was let in', 'falseAccept.*'),
  ...CHECK_GROUPS.map(([name, refusals]) =>
    category(name, `(falseReject|other) (${checksOf(refusals).map(escaped).join('|')})`),
  ),
  category('False reject: users are locked out', 'falseReject.*'),
  category('Over its budget', 'over-budget'),
  category('Not as expected', 'other.*'),
  ...ERROR_GROUPS.map(([name, codes]) => category(name, `(${codes.join('|')})`)),
  category('Did not run', 'not-run'),
  // No failure: a floor that a hook is known to defeat. It is listed, so that nobody forgets it.
  {
    ...category('Bypassed as expected', 'bypassed-as-expected'),
    matchedStatuses: [Status.PASSED],
  },
  { ...category('Waived', 'waived .*'), matchedStatuses: [Status.SKIPPED] },
  {
    ...category('Not applicable to the class', 'not-applicable'),
    matchedStatuses: [Status.SKIPPED],
  },
  { name: 'Unknown', matchedStatuses: [Status.FAILED, Status.BROKEN] },
];

function category(name: string, code: string): Category {
  return { name, messageRegex: `^\\[${code}\\].*` };
}

function checksOf(refusals: readonly string[]): readonly CheckId[] {
  const ids = Object.keys(CHECK_IDS) as CheckId[];
  return ids.filter((id) => refusals.includes(CHECK_IDS[id].refusal));
}

function escaped(id: string): string {
  return id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
