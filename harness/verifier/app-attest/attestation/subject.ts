import type {
  AppAttestAttestation,
  AppAttestAttestationEvidence,
} from '../../../evidence/app-attest/index.js';
import { failed, notApplicable, type Check } from '../../check.js';
import type { CheckId } from '../../check-ids.js';
import type { AppAttestAttestationExpected } from '../../expected.js';
import type { Appraisal } from '../../format.js';
import type { CheckFinding } from '../../result.js';
import { findApplePath, type ApplePath } from '../path.js';
import { judgeReceiptOrigin } from '../receipt/origin.js';

type AttestationAppraisal = Appraisal<AppAttestAttestationEvidence, AppAttestAttestationExpected>;

/** An attestation that parsed, and its chain: what all checks but the first look at. */
export interface AttestationView extends AttestationAppraisal {
  readonly object: AppAttestAttestation;
  readonly path: ApplePath;
  /** Whether the receipt inside is Apple's; not applicable where the policy leaves it alone. */
  readonly receiptOrigin: CheckFinding;
}

/** An attestation under appraisal. */
export interface AttestationSubject {
  readonly appraisal: AttestationAppraisal;
  /** Null where the object does not parse. */
  readonly view: AttestationView | null;
}

/** Why neither check of the receipt applies where the policy has it so. */
export const RECEIPT_LEFT_ALONE = 'the policy leaves the receipt alone';

/** Takes the object apart once for all checks. */
export function prepareAttestation(appraisal: AttestationAppraisal): AttestationSubject {
  const { parsed } = appraisal.evidence;
  if (!parsed.ok) return { appraisal, view: null };
  const object = parsed.value;
  const { trust, memo } = appraisal;
  const path = findApplePath(object.certificates, { anchors: trust.appAttestAnchors, memo });
  return {
    appraisal,
    view: { ...appraisal, object, path, receiptOrigin: receiptOriginOf(object, appraisal) },
  };
}

function receiptOriginOf(
  { receipt }: AppAttestAttestation,
  { policy, trust, memo }: AttestationAppraisal,
): CheckFinding {
  if (policy.appAttest.embeddedReceipt === 'not-judged') return notApplicable(RECEIPT_LEFT_ALONE);
  return receipt.ok
    ? judgeReceiptOrigin(receipt.value, { anchors: trust.receiptAnchors, memo })
    : failed('a receipt', receipt.malformation.message);
}

/** A check of an object that parsed; it needs `app-attest/well-formed` before its own needs. */
export function attestationCheck(check: {
  readonly id: CheckId;
  readonly rule: string;
  readonly source: string;
  readonly withoutIt: string;
  readonly needs?: readonly CheckId[];
  evaluate(view: AttestationView): CheckFinding;
}): Check<AttestationSubject> {
  return {
    ...check,
    needs: ['app-attest/well-formed', ...(check.needs ?? [])],
    evaluate({ view }) {
      if (view === null) throw new Error(`${check.id} ran on an object that did not parse`);
      return check.evaluate(view);
    },
  };
}
