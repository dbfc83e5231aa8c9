import type { AppAttestReceiptEvidence } from '../../../evidence/app-attest/index.js';
import type { AppAttestReceiptExpected } from '../../expected.js';
import { formatVerifier } from '../../format.js';
import { receiptClaims } from '../show.js';
import { appMatches, keyMatches, notFromFuture, notTooOld } from './checks/content.js';
import {
  signatureVerifies,
  signerMarked,
  signerTrusted,
  signerValid,
  wellFormed,
} from './checks/origin.js';
import { prepareReceipt, type ReceiptSubject } from './subject.js';

/**
 * App Attest receipts on their own. Claims: `type`, `appId`, `environment`, `creationTime`,
 * `expirationTime`, `clientHashLength`, `fields`, and where they are there `riskMetric`, `notBefore`.
 */
export const appAttestReceipt = formatVerifier<
  AppAttestReceiptEvidence,
  AppAttestReceiptExpected,
  ReceiptSubject
>({
  format: 'app-attest-receipt',
  checks: [
    wellFormed,
    signatureVerifies,
    signerMarked,
    signerTrusted,
    signerValid,
    appMatches,
    keyMatches,
    notTooOld,
    notFromFuture,
  ],
  prepare: prepareReceipt,
  claims: ({ view }) => (view === null ? {} : receiptClaims(view.receipt)),
});
