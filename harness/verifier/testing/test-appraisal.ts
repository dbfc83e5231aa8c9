import { readCertificate } from '../../encoding/certificate.js';
import type { TrustAnchor, TrustSet } from '../../trust/trust-set.js';
import type { AppraisalPolicy } from '../policy.js';

/** A trust set that trusts nothing; tests add their own roots to it. */
export const emptyTrust: TrustSet = {
  androidAnchors: [],
  knownSoftwareRoots: [],
  appAttestAnchors: [],
  receiptAnchors: [],
  revocation: null,
};

/** A policy for tests of single checks: every check enforced, nothing left to ambient settings. */
export function testPolicy(changes: Partial<AppraisalPolicy> = {}): AppraisalPolicy {
  return {
    id: 'test',
    required: [],
    reported: [],
    androidKey: {
      nameChaining: 'required',
      attestKeyChains: 'refused',
      anchorByIssuer: 'refused',
      suspendedEntries: 'refused',
      unknownTags: 'kept',
      tagOrder: 'kept',
      revocationMaxAgeDays: 7,
      minimumLevel: 'TRUSTED_ENVIRONMENT',
      minimumPatchLevel: { os: null, vendor: null, boot: null },
      allowedBootKeys: [],
      creationFutureWindowMs: null,
    },
    appAttest: { environments: ['development', 'production'], counterMode: 'strict' },
    signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 },
    playIntegrity: {
      maxAgeMs: 600_000,
      futureWindowMs: 30_000,
      deviceLabel: 'MEETS_DEVICE_INTEGRITY',
      licensing: 'ignored',
      highestActivityLevel: null,
      minimumVersionCode: null,
      minimumSdkVersion: null,
      refusedRecallBits: [],
      refusedAppAccess: [],
      allowedPlayProtect: null,
    },
    ...changes,
  };
}

/** An anchor from a root certificate. */
export function anchorOf(name: string, root: Uint8Array): TrustAnchor {
  const { spki, subject } = readCertificate(root);
  return { name, spki, subject: subject.raw, certificates: [root] };
}
