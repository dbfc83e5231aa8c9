import { readCertificate } from '../encoding/certificate.js';
import {
  anchorOf,
  parseRevocationList,
  type RevocationSnapshot,
  type TrustAnchor,
  type TrustSet,
} from '../trust/index.js';
import type { VirtualLab } from '../virtual-lab/virtual-lab.js';

/** The name that the roots of virtual phones have in results and reports. */
export const VIRTUAL_ANCHOR = 'virtual lab';

/** A trust set with the roots of virtual phones besides; only ever for a lab of virtual phones alone. */
export function withVirtualRoots(trust: TrustSet, roots: VirtualLab['trustAnchors']): TrustSet {
  return {
    ...trust,
    androidAnchors: [...trust.androidAnchors, ...roots.android.map(virtualAnchor)],
    appAttestAnchors: [...trust.appAttestAnchors, ...roots.appAttest.map(virtualAnchor)],
    knownSoftwareRoots: [...trust.knownSoftwareRoots, ...roots.androidSoftware.map(virtualAnchor)],
    receiptAnchors: [...trust.receiptAnchors, ...roots.receipts.map(virtualAnchor)],
  };
}

/** The status list of a virtual lab. */
export function virtualRevocation({
  json,
  fetchedAt,
}: VirtualLab['revocation']): RevocationSnapshot {
  return parseRevocationList(json, fetchedAt.getTime());
}

function virtualAnchor(certificate: Uint8Array): TrustAnchor {
  return anchorOf(VIRTUAL_ANCHOR, readCertificate(certificate));
}
