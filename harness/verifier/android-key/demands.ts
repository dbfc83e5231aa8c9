import type { CheckId } from '../check-ids.js';
import type { FormatDemands } from '../demands.js';

const STRUCTURE: readonly CheckId[] = [
  'android-key/well-formed',
  'android-key/chain-long-enough',
  'android-key/root-present',
  'android-key/signatures-verify',
  'android-key/root-not-software',
  'android-key/anchor-trusted',
  'android-key/already-valid',
  'android-key/record-in-leaf',
  'android-key/single-record',
  'android-key/record-well-formed',
  'android-key/chain-not-extended',
  'android-key/levels-equal',
  'android-key/level-sufficient',
  'android-key/origin-generated',
  'android-key/root-of-trust-present',
];

const BOOT: readonly CheckId[] = ['android-key/device-locked', 'android-key/boot-verified'];

// Beyond what the shared policies name; they are shown there and decide only in runs.
const USE: readonly CheckId[] = [
  'android-key/purpose-sign',
  'android-key/bound-to-application',
  'android-key/strongbox-certified',
];

/** What each policy demands of Android Key Attestation. */
export const ANDROID_KEY_DEMANDS = {
  baseline: { required: STRUCTURE, reported: [...BOOT, ...USE] },
  strict: { required: [...STRUCTURE, ...BOOT], reported: USE },
  lab: {
    required: [
      ...STRUCTURE,
      ...BOOT,
      'android-key/names-chain',
      'android-key/revocation-list-usable',
      'android-key/revocation-list-fresh',
      'android-key/not-revoked',
      'android-key/not-suspended',
      'android-key/status-known',
      'android-key/challenge-matches',
      'android-key/key-matches',
      'android-key/purpose-sign',
      'android-key/bound-to-application',
      'android-key/package-matches',
      'android-key/signer-matches',
    ],
    reported: [],
  },
} as const satisfies Record<'baseline' | 'strict' | 'lab', FormatDemands>;
