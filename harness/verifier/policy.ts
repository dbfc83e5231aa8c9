import type { RecallBit } from '../evidence/play-integrity/index.js';
import type { CheckId } from './check-ids.js';

/**
 * What a policy wants of a check. `required`: it must have passed. `enforced`: it must not fail or
 * stay open, but may not apply. `reported`: it is shown and decides nothing.
 */
export type Demand = 'required' | 'enforced' | 'reported';

/** Whether an attestation environment of Apple's is allowed. */
export type AppAttestEnvironment = 'development' | 'production';

/** The oldest patch level that is accepted: by its age at the time of appraisal, or by its day. */
export type PatchLevelFloor =
  | { readonly maxAgeDays: number }
  /** `YYYY-MM` or `YYYY-MM-DD`. */
  | { readonly notBefore: string };

/** Settings of Android Key Attestation appraisal. */
export interface AndroidKeyPolicy {
  /** `ignored` tolerates the two devices in the field whose issuer names differ. */
  readonly nameChaining: 'required' | 'ignored';
  /** A second record above the leaf's, where the certificate that signs the leaf attests an ATTEST_KEY. */
  readonly attestKeyChains: 'refused' | 'allowed';
  /** Whether the root may be left out and found by the issuer's name and key. */
  readonly anchorByIssuer: 'refused' | 'allowed';
  readonly suspendedEntries: 'refused' | 'ignored';
  readonly unknownTags: 'kept' | 'rejected';
  readonly tagOrder: 'kept' | 'required';
  /** Oldest status list that still counts, in days; null where no list is demanded. */
  readonly revocationMaxAgeDays: number | null;
  /** Lowest level of key and attestation that is accepted. */
  readonly minimumLevel: 'SOFTWARE' | 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX';
  /** Patch levels by part; null where one does not matter. */
  readonly minimumPatchLevel: {
    readonly os: PatchLevelFloor | null;
    readonly vendor: PatchLevelFloor | null;
    readonly boot: PatchLevelFloor | null;
  };
  /** Verified boot keys, lower-case hex, whose self-signed systems count as verified. */
  readonly allowedBootKeys: readonly string[];
  /** How far a key's creation may lie ahead of `now`, in ms; null where it does not matter. */
  readonly creationFutureWindowMs: number | null;
}

/** Settings of App Attest appraisal. */
export interface AppAttestPolicy {
  readonly environments: readonly AppAttestEnvironment[];
  readonly counterMode: CounterMode;
  /**
   * Whether the receipt inside an attestation is judged; it is where this is left out. Apple's nine
   * steps leave it alone, and its signatures cost as much as the attestation's own.
   */
  readonly embeddedReceipt?: 'judged' | 'not-judged';
}

/**
 * How counters of assertions follow one another. `strict`: each is higher than the one before. With a
 * window, one that lies at most that far below the highest and was never accepted will do as well, for
 * apps that send in parallel. Assertions that sign requests are always held to `strict`.
 */
export type CounterMode = 'strict' | { readonly window: number };

/** Settings of signed-request appraisal. */
export interface SignedRequestPolicy {
  /** How far a timestamp may lie behind `now`, in ms. */
  readonly pastWindowMs: number;
  /** How far a timestamp may lie ahead of `now`, in ms. */
  readonly futureWindowMs: number;
}

/** Settings of Play Integrity appraisal. */
export interface PlayIntegrityPolicy {
  /** Oldest verdict that still counts, in ms. */
  readonly maxAgeMs: number;
  /** How far a verdict may lie ahead of `now`, in ms. */
  readonly futureWindowMs: number;
  /** Label that deviceRecognitionVerdict must hold. */
  readonly deviceLabel:
    'MEETS_BASIC_INTEGRITY' | 'MEETS_DEVICE_INTEGRITY' | 'MEETS_STRONG_INTEGRITY';
  readonly licensing: 'required' | 'ignored';
  /** Highest recent device activity, from 1 to 4; null where it does not matter. */
  readonly highestActivityLevel: number | null;
  /** Lowest version code of the app; null where it does not matter. */
  readonly minimumVersionCode: number | null;
  /** Lowest API level of the phone's system; null where it does not matter. */
  readonly minimumSdkVersion: number | null;
  /** Bits of device recall that refuse; none where they do not matter. */
  readonly refusedRecallBits: readonly RecallBit[];
  /** Words of the app access risk verdict that refuse; none where it does not matter. */
  readonly refusedAppAccess: readonly string[];
  /** Play Protect verdicts that are allowed; null where they do not matter. */
  readonly allowedPlayProtect: readonly string[] | null;
}

/** An appraisal policy for evidence (RFC 9334). */
export interface AppraisalPolicy {
  readonly id: string;
  readonly required: readonly CheckId[];
  /** Checks that only inform; every check in neither list is enforced. */
  readonly reported: readonly CheckId[];
  readonly androidKey: AndroidKeyPolicy;
  readonly appAttest: AppAttestPolicy;
  readonly signedRequest: SignedRequestPolicy;
  readonly playIntegrity: PlayIntegrityPolicy;
}

type DemandFor = (id: CheckId) => Demand;

/** Of policies that are in use; none is changed once it is made. */
const known = new WeakMap<AppraisalPolicy, DemandFor>();

/** The demand that `policy` makes of each check. */
export function demands(policy: AppraisalPolicy): DemandFor {
  const demandFor = known.get(policy) ?? readDemands(policy);
  known.set(policy, demandFor);
  return demandFor;
}

function readDemands(policy: AppraisalPolicy): DemandFor {
  const required = new Set(policy.required);
  const reported = new Set(policy.reported);
  return (id) => (required.has(id) ? 'required' : reported.has(id) ? 'reported' : 'enforced');
}
