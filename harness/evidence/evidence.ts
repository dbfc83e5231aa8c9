import type { AndroidKeyEvidence } from './android-key/index.js';
import type {
  AppAttestAssertionEvidence,
  AppAttestAttestationEvidence,
  AppAttestReceiptEvidence,
} from './app-attest/index.js';
import type { CsrEvidence } from './csr/index.js';
import type { PlayIntegrityEvidence } from './play-integrity/index.js';
import type { SignedRequestEvidence } from './signed-request/index.js';

/** Evidence (RFC 9334) of any format: the bytes as they came, and what a parser made of them. */
export type Evidence =
  | AndroidKeyEvidence
  | AppAttestAttestationEvidence
  | AppAttestAssertionEvidence
  | AppAttestReceiptEvidence
  | CsrEvidence
  | PlayIntegrityEvidence
  | SignedRequestEvidence;
