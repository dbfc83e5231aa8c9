import { ANDROID_KEY_DEMANDS } from './android-key/demands.js';
import { APP_ATTEST_DEMANDS } from './app-attest/demands.js';
import { CSR_DEMANDS } from './csr/demands.js';
import type { FormatDemands } from './demands.js';
import { PLAY_INTEGRITY_DEMANDS } from './play-integrity/demands.js';
import type { PolicyId } from './policy-ids.js';
import type {
  AndroidKeyPolicy,
  AppAttestPolicy,
  AppraisalPolicy,
  PlayIntegrityPolicy,
} from './policy.js';
import { SIGNED_REQUEST_DEMANDS } from './signed-request/demands.js';

/** Name of a policy that is shipped. */
export type PolicyName = PolicyId;

// One line a format; each format's folder says what the policies demand of it.
const DEMANDS: readonly Readonly<Record<PolicyId, FormatDemands>>[] = [
  ANDROID_KEY_DEMANDS,
  APP_ATTEST_DEMANDS,
  CSR_DEMANDS,
  PLAY_INTEGRITY_DEMANDS,
  SIGNED_REQUEST_DEMANDS,
];

const SHARED_ANDROID_KEY: AndroidKeyPolicy = {
  nameChaining: 'required',
  attestKeyChains: 'refused',
  anchorByIssuer: 'refused',
  suspendedEntries: 'refused',
  unknownTags: 'kept',
  tagOrder: 'kept',
  revocationMaxAgeDays: null,
  minimumLevel: 'TRUSTED_ENVIRONMENT',
  // How old a phone may be is the business of whoever serves it: shipped policies do not say.
  minimumPatchLevel: { os: null, vendor: null, boot: null },
  allowedBootKeys: [],
  creationFutureWindowMs: null,
};

const SHARED_APP_ATTEST: AppAttestPolicy = {
  environments: ['development', 'production'],
  counterMode: 'strict',
};

// Ten minutes as public backends have it; what Google offers beyond app and phone is opted into.
const SHARED_PLAY_INTEGRITY: PlayIntegrityPolicy = {
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
};

/** Structure and origin of evidence, without boot state or fresh revocation: for shared vectors only. */
export const BASELINE: AppraisalPolicy = policy('baseline', SHARED_ANDROID_KEY);

/** `baseline` and a locked phone that booted its vendor's system. */
export const STRICT: AppraisalPolicy = policy('strict', SHARED_ANDROID_KEY);

/** The default of runs: everything compared, fresh revocation data, hardware keys on a healthy phone. */
export const LAB: AppraisalPolicy = policy('lab', {
  ...SHARED_ANDROID_KEY,
  revocationMaxAgeDays: 7,
});

/** The policies by id. */
export const POLICIES: Readonly<Record<PolicyId, AppraisalPolicy>> = {
  baseline: BASELINE,
  strict: STRICT,
  lab: LAB,
};

function policy(id: PolicyId, androidKey: AndroidKeyPolicy): AppraisalPolicy {
  return {
    id,
    required: DEMANDS.flatMap((format) => format[id].required),
    reported: DEMANDS.flatMap((format) => format[id].reported),
    androidKey,
    appAttest: SHARED_APP_ATTEST,
    signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 },
    playIntegrity: SHARED_PLAY_INTEGRITY,
  };
}
