import type { CheckId } from '../check-ids.js';
import type { FormatDemands } from '../demands.js';

// The two checks of App Attest signatures are not, since most keys sign in the other form.
// A Content-Digest header is not: the digest that is signed is computed from the body itself.
const SIGNED: readonly CheckId[] = [
  'signed-request/well-formed',
  'signed-request/key-known',
  'signed-request/signature-encoding-allowed',
  'signed-request/signature-verifies',
  'signed-request/epoch-current',
  'signed-request/timestamp-not-stale',
  'signed-request/timestamp-not-ahead',
  'signed-request/counter-not-replayed',
  'signed-request/counter-not-rolled-back',
];

/** What each policy demands of a signed request. */
export const SIGNED_REQUEST_DEMANDS = {
  baseline: { required: SIGNED, reported: [] },
  strict: { required: SIGNED, reported: [] },
  lab: { required: [...SIGNED, 'signed-request/key-bound-to-connection'], reported: [] },
} as const satisfies Record<'baseline' | 'strict' | 'lab', FormatDemands>;
