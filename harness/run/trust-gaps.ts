import type { RevocationSnapshot, TrustSet } from '../trust/index.js';
import { demands, type AppraisalPolicy } from '../verifier/index.js';

const DAY_MS = 86_400_000;

/** Phones that a policy can never accept with what is trusted, and why. */
export interface TrustGap {
  readonly phones: 'Android phone' | 'iPhone';
  readonly reason: string;
}

/** Whom `policy` turns away whatever they bring, since an endorsement that it wants is not there. */
export function trustGaps(
  trust: TrustSet,
  { policy, now }: { readonly policy: AppraisalPolicy; readonly now: Date },
): readonly TrustGap[] {
  const demandFor = demands(policy);
  const isDemanded = (id: Parameters<typeof demandFor>[0]) => demandFor(id) !== 'reported';
  const gaps: TrustGap[] = [];
  if (trust.androidAnchors.length === 0 && isDemanded('android-key/anchor-trusted')) {
    gaps.push({ phones: 'Android phone', reason: 'no root of Key Attestation is trusted' });
  }
  const list = listGap(trust.revocation, { policy, now });
  const [usable, fresh] = [
    isDemanded('android-key/revocation-list-usable'),
    isDemanded('android-key/revocation-list-fresh'),
  ];
  if (list !== null && (list.isOld ? fresh : usable)) {
    gaps.push({ phones: 'Android phone', reason: list.reason });
  }
  if (trust.appAttestAnchors.length === 0 && isDemanded('app-attest/anchor-trusted')) {
    gaps.push({ phones: 'iPhone', reason: 'no root of App Attest is trusted' });
  }
  const judgesReceipts = (policy.appAttest.embeddedReceipt ?? 'judged') === 'judged';
  const wantsReceiptRoots = judgesReceipts && isDemanded('app-attest/receipt-verifies');
  if (trust.receiptAnchors.length === 0 && wantsReceiptRoots) {
    gaps.push({ phones: 'iPhone', reason: 'no root of App Attest receipts is trusted' });
  }
  return gaps;
}

function listGap(
  list: RevocationSnapshot | null,
  { policy, now }: { readonly policy: AppraisalPolicy; readonly now: Date },
): { readonly reason: string; readonly isOld: boolean } | null {
  const maxAgeDays = policy.androidKey.revocationMaxAgeDays;
  if (maxAgeDays === null) return null;
  const wanted = `policy ${policy.id} wants one of at most ${maxAgeDays} days`;
  if (list === null) return { reason: `there is no status list, and ${wanted}`, isOld: false };
  if (!list.usable) return { reason: `the status list is unusable: ${list.problem}`, isOld: false };
  if (list.takenAtMs === null) {
    return { reason: `nobody noted when the status list was taken, and ${wanted}`, isOld: true };
  }
  const ageDays = (now.getTime() - list.takenAtMs) / DAY_MS;
  if (ageDays <= maxAgeDays) return null;
  return {
    reason: `the status list is ${ageDays.toFixed(1)} days old, and ${wanted}`,
    isOld: true,
  };
}
