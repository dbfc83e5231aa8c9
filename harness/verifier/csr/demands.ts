import type { CheckId } from '../check-ids.js';
import type { FormatDemands } from '../demands.js';

const POSSESSION: readonly CheckId[] = [
  'csr/well-formed',
  'csr/key-allowed',
  'csr/signature-algorithm-allowed',
  'csr/signature-verifies',
];

/** What each policy demands of a certification request. */
export const CSR_DEMANDS = {
  baseline: { required: POSSESSION, reported: [] },
  strict: { required: POSSESSION, reported: [] },
  lab: { required: [...POSSESSION, 'csr/nonce-matches'], reported: [] },
} as const satisfies Record<'baseline' | 'strict' | 'lab', FormatDemands>;
