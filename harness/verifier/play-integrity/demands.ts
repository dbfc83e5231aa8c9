import type { CheckId } from '../check-ids.js';
import type { FormatDemands } from '../demands.js';

// Opening a token does not apply to payloads that Google decoded, so it is enforced, not required.
const VERDICT: readonly CheckId[] = [
  'play-integrity/payload-well-formed',
  'play-integrity/timestamp-not-stale',
  'play-integrity/timestamp-not-ahead',
  'play-integrity/not-a-testing-response',
  'play-integrity/app-recognized',
  'play-integrity/device-integrity-met',
];

/** What each policy demands of a Play Integrity verdict. */
export const PLAY_INTEGRITY_DEMANDS = {
  baseline: { required: VERDICT, reported: [] },
  strict: { required: VERDICT, reported: [] },
  lab: {
    required: [
      ...VERDICT,
      'play-integrity/request-compared',
      'play-integrity/package-matches',
      'play-integrity/signer-matches',
    ],
    reported: [],
  },
} as const satisfies Record<'baseline' | 'strict' | 'lab', FormatDemands>;
