import { z } from 'zod';
import type { CheckId } from './check-ids.js';
import type { AttestationResult, Verdict } from './result.js';

/** The profile of draft-ietf-rats-ear-04, by which a reader knows the names below. */
export const EAR_PROFILE = 'tag:ietf.org,2026:rats/ear#04';

const tier = z.number().int().min(-128).max(127);

const vectorSchema = z.strictObject({
  'instance-identity': tier,
  configuration: tier,
  executables: tier,
  'file-system': tier,
  hardware: tier,
  'runtime-opaque': tier,
  'storage-opaque': tier,
  'sourced-data': tier,
});

type VectorClaim = keyof z.infer<typeof vectorSchema>;

const appraisal = z.strictObject({
  ear_status: z.enum(['none', 'affirming', 'warning', 'contraindicated']),
  ear_trustworthiness_vector: vectorSchema,
  ear_appraisal_policy_ids: z.array(z.string()).readonly(),
  /** Our own: the verdict and its causes, which the vector can only hint at. */
  attestlab: z.strictObject({
    verdict: z.enum(['accepted', 'rejected', 'indeterminate']),
    failed: z.array(z.string()).readonly(),
    undetermined: z.array(z.string()).readonly(),
  }),
});

/** An EAT attestation result: claims of a JWT (RFC 9711, draft-ietf-rats-ear-04). */
export const earSchema = z
  .strictObject({
    eat_profile: z.literal(EAR_PROFILE),
    /** Seconds since 1970: the time that was appraised for. */
    iat: z.number().int(),
    ear_verifier_id: z.strictObject({ developer: z.string(), build: z.string() }),
    /** One appraisal, under the name of the evidence's format. */
    submods: z.record(z.string(), appraisal),
  })
  .readonly();

/** The claims of an attestation result. */
export type Ear = z.infer<typeof earSchema>;

/** A row of the mapping: what a claim of AR4SI becomes where one of the checks fails. */
export interface TrustworthinessRow {
  readonly claim: VectorClaim;
  /** AR4SI: 32 to 95 warn, 96 to 127 contraindicate; 99 is a failed cryptographic validation. */
  readonly failed: number;
  readonly checks: readonly CheckId[];
}

/**
 * How checks become claims (AR4SI, draft-ietf-rats-ar4si). A claim is 2, affirming, where every check
 * of its rows passed or gave no occasion and one at least passed; the worst value of those that failed;
 * and else 0: nothing is said. `runtime-opaque` has no row and stays 0, since attestation does not see
 * what hooks do to a running app; nor are files and sourced data looked at. The level of a key is a
 * claim of the result itself, not of the vector.
 */
export const TRUSTWORTHINESS: readonly TrustworthinessRow[] = [
  {
    claim: 'hardware',
    failed: 99,
    checks: [
      'android-key/signatures-verify',
      'app-attest/signatures-verify',
      'app-attest-assertion/signature-verifies',
      'app-attest-receipt/signature-verifies',
      'play-integrity/token-decrypts',
      'play-integrity/signature-verifies',
    ],
  },
  {
    claim: 'hardware',
    failed: 97,
    checks: [
      'android-key/root-not-software',
      'android-key/anchor-trusted',
      'android-key/levels-equal',
      'android-key/level-sufficient',
      'android-key/strongbox-certified',
      'app-attest/anchor-trusted',
      'app-attest-receipt/signer-trusted',
      'play-integrity/device-integrity-met',
    ],
  },
  {
    claim: 'hardware',
    failed: 96,
    checks: ['android-key/not-revoked', 'android-key/not-suspended', 'android-key/status-known'],
  },
  {
    claim: 'configuration',
    failed: 96,
    checks: ['android-key/root-of-trust-present', 'android-key/device-locked'],
  },
  {
    claim: 'configuration',
    failed: 32,
    checks: [
      'android-key/os-patch-level-sufficient',
      'android-key/vendor-patch-level-sufficient',
      'android-key/boot-patch-level-sufficient',
      'play-integrity/sdk-version-sufficient',
    ],
  },
  {
    claim: 'executables',
    failed: 33,
    checks: [
      'android-key/boot-verified',
      'android-key/package-matches',
      'android-key/signer-matches',
      'app-attest/app-matches',
      'app-attest/environment-allowed',
      'app-attest/validation-category-allowed',
      'app-attest-assertion/app-matches',
      'app-attest-receipt/app-matches',
      'play-integrity/package-matches',
      'play-integrity/app-recognized',
      'play-integrity/signer-matches',
    ],
  },
  {
    claim: 'instance-identity',
    failed: 97,
    checks: [
      'android-key/challenge-matches',
      'android-key/key-matches',
      'android-key/single-record',
      'android-key/chain-not-extended',
      'app-attest/nonce-matches',
      'app-attest/key-id-matches',
      'app-attest/credential-key-matches',
      'app-attest-assertion/counter-increased',
      'app-attest-receipt/key-matches',
      'csr/signature-verifies',
      'csr/nonce-matches',
      'play-integrity/nonce-matches',
      'play-integrity/request-hash-matches',
      'signed-request/key-known',
      'signed-request/signature-verifies',
    ],
  },
  { claim: 'storage-opaque', failed: 32, checks: ['android-key/origin-generated'] },
];

// The vector alone could look better than the verdict, which sees every check.
const STATUS: Readonly<Record<Verdict, 'none' | 'affirming' | 'contraindicated'>> = {
  accepted: 'affirming',
  rejected: 'contraindicated',
  indeterminate: 'none',
};

const AFFIRMING = 2;

/** A result as an EAT attestation result. */
export function earOf(result: AttestationResult): Ear {
  const ids = (status: 'failed' | 'undetermined'): readonly CheckId[] =>
    result.checks.filter((check) => check.status === status).map(({ id }) => id);
  const vector = (claim: VectorClaim): number => valueOf(claim, result);
  return {
    eat_profile: EAR_PROFILE,
    iat: Math.floor(Date.parse(result.now) / 1000),
    ear_verifier_id: { developer: 'attestlab', build: `attestlab ${result.verifierVersion}` },
    submods: {
      [result.format]: {
        ear_status: STATUS[result.verdict],
        ear_trustworthiness_vector: {
          'instance-identity': vector('instance-identity'),
          configuration: vector('configuration'),
          executables: vector('executables'),
          'file-system': vector('file-system'),
          hardware: vector('hardware'),
          'runtime-opaque': vector('runtime-opaque'),
          'storage-opaque': vector('storage-opaque'),
          'sourced-data': vector('sourced-data'),
        },
        ear_appraisal_policy_ids: [result.policyId],
        attestlab: {
          verdict: result.verdict,
          failed: ids('failed'),
          undetermined: ids('undetermined'),
        },
      },
    },
  };
}

function valueOf(claim: VectorClaim, { checks }: AttestationResult): number {
  const rows = TRUSTWORTHINESS.filter((row) => row.claim === claim);
  const judged = rows.flatMap((row) =>
    checks
      .filter(({ id }) => row.checks.includes(id))
      .map(({ status }) => ({ status, failed: row.failed })),
  );
  const failures = judged.filter(({ status }) => status === 'failed');
  if (failures.length > 0) return Math.max(...failures.map(({ failed }) => failed));
  const isOpen = judged.some(({ status }) => status === 'undetermined' || status === 'blocked');
  return !isOpen && judged.some(({ status }) => status === 'passed') ? AFFIRMING : 0;
}
