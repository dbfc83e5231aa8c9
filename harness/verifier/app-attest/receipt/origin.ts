import { extensionsOf } from '../../../encoding/certificate.js';
import { verifySigner } from '../../../encoding/cms.js';
import type { AppAttestReceipt } from '../../../evidence/app-attest/index.js';
import { failed, passed } from '../../check.js';
import type { CheckFinding } from '../../result.js';
import {
  alreadyValidFinding,
  anchorFinding,
  authoritiesFinding,
  chainFrom,
  findApplePath,
  namesFinding,
  notExpiredFinding,
  signaturesFinding,
  type ApplePath,
  type PathContext,
} from '../path.js';

/** Marks the certificate that signs receipts; others under the same root belong to customers. */
const RECEIPT_SIGNER_MARK_OID = '1.2.840.113635.100.12.15';

/** Who signed a receipt, or why nobody did. */
export type ReceiptSigner =
  | { readonly ok: true; readonly path: ApplePath }
  | { readonly ok: false; readonly problem: string };

/** Verifies the receipt's CMS signature and finds the signer's chain. */
export function findReceiptSigner(receipt: AppAttestReceipt, context: PathContext): ReceiptSigner {
  const signer = verifySigner(receipt.message);
  if (!signer.ok) return signer;
  const chain = chainFrom(signer.certificate, receipt.message.certificates);
  return { ok: true, path: findApplePath(chain, context) };
}

/** Whether the signing certificate is marked as a signer of receipts. */
export function signerMarkFinding({ certificates: [signer] }: ApplePath): CheckFinding {
  return extensionsOf(signer, RECEIPT_SIGNER_MARK_OID).length === 1
    ? passed
    : failed(`extension ${RECEIPT_SIGNER_MARK_OID}`, `a certificate of ${signer.subject.text}`);
}

/** Whether every link of the signer's chain holds, up to an anchor. */
export function signerChainFinding(path: ApplePath, context: PathContext): CheckFinding {
  return firstOpen([
    () => anchorFinding(path, context.anchors),
    () => namesFinding(path),
    () => authoritiesFinding(path),
    () => signaturesFinding(path, context.memo),
  ]);
}

/**
 * Whether the signer's certificates were valid when the receipt was made. Receipts outlive the
 * signer's certificate by design, so `now` does not matter here; age is judged on its own.
 */
export function signerValidFinding(path: ApplePath, receipt: AppAttestReceipt): CheckFinding {
  const { atMs } = receipt.creationTime;
  return firstOpen([() => alreadyValidFinding(path, atMs), () => notExpiredFinding(path, atMs)]);
}

/** All of the above in one finding, for the receipt inside an attestation. */
export function judgeReceiptOrigin(receipt: AppAttestReceipt, context: PathContext): CheckFinding {
  const signer = findReceiptSigner(receipt, context);
  if (!signer.ok) return failed('a receipt that its signer signed', signer.problem);
  const { path } = signer;
  return firstOpen([
    () => signerMarkFinding(path),
    () => signerChainFinding(path, context),
    () => signerValidFinding(path, receipt),
  ]);
}

function firstOpen(findings: readonly (() => CheckFinding)[]): CheckFinding {
  for (const finding of findings) {
    const found = finding();
    if (found.status !== 'passed') return found;
  }
  return passed;
}
