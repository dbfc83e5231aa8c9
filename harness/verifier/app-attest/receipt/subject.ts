import type {
  AppAttestReceipt,
  AppAttestReceiptEvidence,
} from '../../../evidence/app-attest/index.js';
import type { AppAttestReceiptExpected } from '../../expected.js';
import type { Appraisal } from '../../format.js';
import type { ApplePath, PathContext } from '../path.js';
import { findReceiptSigner, type ReceiptSigner } from './origin.js';

/** A receipt on its own under appraisal. */
export type ReceiptAppraisal = Appraisal<AppAttestReceiptEvidence, AppAttestReceiptExpected>;

/** A receipt that parsed, and who signed it. */
export interface ReceiptView extends ReceiptAppraisal {
  readonly receipt: AppAttestReceipt;
  readonly signer: ReceiptSigner;
  readonly context: PathContext;
}

/** What checks of receipts look at; `view` is null where the receipt does not parse. */
export interface ReceiptSubject {
  readonly appraisal: ReceiptAppraisal;
  readonly view: ReceiptView | null;
}

/** Takes the receipt apart once for all checks. */
export function prepareReceipt(appraisal: ReceiptAppraisal): ReceiptSubject {
  const { parsed } = appraisal.evidence;
  if (!parsed.ok) return { appraisal, view: null };
  const context = { anchors: appraisal.trust.receiptAnchors, memo: appraisal.memo };
  const receipt = parsed.value;
  const signer = findReceiptSigner(receipt, context);
  return { appraisal, view: { ...appraisal, receipt, signer, context } };
}

/** What parsed; only for checks that need `well-formed`. */
export function viewOf({ view }: ReceiptSubject): ReceiptView {
  if (view === null) throw new Error('a check ran on a receipt that did not parse');
  return view;
}

/** The signer's chain; only for checks that need `signature-verifies`. */
export function signerPathOf(subject: ReceiptSubject): ApplePath {
  const { signer } = viewOf(subject);
  if (!signer.ok) throw new Error('a check ran on a receipt that nobody signed');
  return signer.path;
}
