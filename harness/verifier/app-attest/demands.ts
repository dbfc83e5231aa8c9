import type { CheckId } from '../check-ids.js';
import type { FormatDemands } from '../demands.js';

const ATTESTATION: readonly CheckId[] = [
  'app-attest/well-formed',
  'app-attest/chain-long-enough',
  'app-attest/names-chain',
  'app-attest/issuers-are-authorities',
  'app-attest/signatures-verify',
  'app-attest/anchor-trusted',
  'app-attest/already-valid',
  'app-attest/not-expired',
  'app-attest/nonce-matches',
  'app-attest/key-id-matches',
  'app-attest/app-matches',
  'app-attest/counter-is-zero',
  'app-attest/environment-allowed',
  'app-attest/credential-id-matches',
  'app-attest/credential-key-matches',
];

/** What is judged of the receipt inside an attestation, where the policy has it judged. */
export const EMBEDDED_RECEIPT: readonly CheckId[] = [
  'app-attest/receipt-verifies',
  'app-attest/receipt-belongs',
];

const ASSERTION: readonly CheckId[] = [
  'app-attest-assertion/well-formed',
  'app-attest-assertion/signature-encoding-allowed',
  'app-attest-assertion/signature-verifies',
  'app-attest-assertion/app-matches',
  'app-attest-assertion/counter-increased',
];

const RECEIPT: readonly CheckId[] = [
  'app-attest-receipt/well-formed',
  'app-attest-receipt/signature-verifies',
  'app-attest-receipt/signer-marked',
  'app-attest-receipt/signer-trusted',
  'app-attest-receipt/signer-valid',
  'app-attest-receipt/not-too-old',
  'app-attest-receipt/not-from-future',
];

const APPLE_STEPS = [...ATTESTATION, ...ASSERTION, ...RECEIPT];

/**
 * What each policy demands of App Attest. Apple's nine steps leave the receipt inside an attestation
 * alone, so shared policies only report it; runs demand it, and of a receipt on its own whose it is.
 */
export const APP_ATTEST_DEMANDS = {
  baseline: { required: APPLE_STEPS, reported: EMBEDDED_RECEIPT },
  strict: { required: APPLE_STEPS, reported: EMBEDDED_RECEIPT },
  lab: {
    required: [
      ...APPLE_STEPS,
      ...EMBEDDED_RECEIPT,
      'app-attest-receipt/app-matches',
      'app-attest-receipt/key-matches',
    ],
    reported: [],
  },
} as const satisfies Record<'baseline' | 'strict' | 'lab', FormatDemands>;
