import { z } from 'zod';
import { RECALL_BITS } from '../evidence/play-integrity/index.js';
import { CHECK_IDS, type CheckId } from './check-ids.js';
import { floorDay } from './android-key/patch-level.js';
import type {
  AndroidKeyPolicy,
  AppAttestPolicy,
  AppraisalPolicy,
  PlayIntegrityPolicy,
  SignedRequestPolicy,
} from './policy.js';

const floor = z
  .union([
    z.strictObject({ maxAgeDays: z.number().nonnegative() }),
    z.strictObject({
      notBefore: z
        .string()
        .refine((text) => floorDay(text) !== null, 'must be YYYY-MM or YYYY-MM-DD'),
    }),
  ])
  .nullable();

const minimumPatchLevel = z.strictObject({ os: floor, vendor: floor, boot: floor });

const bootKey = z
  .string()
  .regex(/^(?:[0-9a-f]{2})+$/, 'must be lower-case hex')
  // Unlocked phones state a key of zeros: whoever allowed that would allow any system.
  .refine((text) => !/^0+$/.test(text), 'a key of zeros is no key');

const windowMs = z.number().nonnegative();

/** Settings of Android Key Attestation appraisal, as records and policy files hold them. */
export const androidKeyPolicySchema = z.strictObject({
  nameChaining: z
    .enum(['required', 'ignored'])
    .describe('whether each issuer must be the next subject; two genuine phones break it'),
  attestKeyChains: z
    .enum(['refused', 'allowed'])
    .describe('a second record, of an attest key above the leaf'),
  anchorByIssuer: z
    .enum(['refused', 'allowed'])
    .describe('whether a root that was left out is found by its name and key'),
  suspendedEntries: z.enum(['refused', 'ignored']).describe('serials listed as SUSPENDED'),
  unknownTags: z.enum(['kept', 'rejected']).describe('tags that no published schema defines'),
  tagOrder: z.enum(['kept', 'required']).describe('whether the tags of a record must ascend'),
  revocationMaxAgeDays: z
    .number()
    .nonnegative()
    .nullable()
    .describe('oldest status list that counts, in days; null: no list is demanded'),
  minimumLevel: z
    .enum(['SOFTWARE', 'TRUSTED_ENVIRONMENT', 'STRONG_BOX'])
    .describe('lowest level of key and attestation'),
  minimumPatchLevel: minimumPatchLevel.describe(
    'oldest patch levels of os, vendor and boot: { maxAgeDays } or { notBefore: YYYY-MM-DD }',
  ),
  allowedBootKeys: z
    .array(bootKey)
    .readonly()
    .describe('verified boot keys whose self-signed systems are accepted, in hex'),
  creationFutureWindowMs: z
    .number()
    .nonnegative()
    .nullable()
    .describe('how far a key’s creation may lie ahead, in ms; null: it does not matter'),
}) satisfies z.ZodType<AndroidKeyPolicy>;

/** Settings of App Attest appraisal. */
export const appAttestPolicySchema = z.strictObject({
  environments: z
    .array(z.enum(['development', 'production']))
    .readonly()
    .describe('environments of Apple’s that are allowed; a run narrows them to the lab’s'),
  counterMode: z
    .union([z.literal('strict'), z.strictObject({ window: z.int().positive() })])
    .describe(
      'how counters of assertions follow: strict, or { window } below the highest, each one once; ' +
        'assertions that sign requests are always strict',
    ),
  embeddedReceipt: z
    .enum(['judged', 'not-judged'])
    .exactOptional()
    .describe('whether the receipt inside an attestation is judged; left out: it is'),
}) satisfies z.ZodType<AppAttestPolicy>;

/** Settings of signed-request appraisal. */
export const signedRequestPolicySchema = z.strictObject({
  pastWindowMs: windowMs.describe('how far a timestamp may lie behind, in ms'),
  futureWindowMs: windowMs.describe('how far a timestamp may lie ahead, in ms'),
}) satisfies z.ZodType<SignedRequestPolicy>;

/** Settings of Play Integrity appraisal. */
export const playIntegrityPolicySchema = z.strictObject({
  maxAgeMs: windowMs.describe('oldest verdict that counts, in ms'),
  futureWindowMs: windowMs.describe('how far a verdict may lie ahead, in ms'),
  deviceLabel: z
    .enum(['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY', 'MEETS_STRONG_INTEGRITY'])
    .describe('label that deviceRecognitionVerdict must hold'),
  licensing: z.enum(['required', 'ignored']).describe('whether the app must be licensed'),
  highestActivityLevel: z
    .number()
    .min(1)
    .max(4)
    .nullable()
    .describe('highest recent device activity; null: it does not matter'),
  minimumVersionCode: z
    .int()
    .nonnegative()
    .nullable()
    .describe('lowest version code of the app; null: it does not matter'),
  minimumSdkVersion: z
    .int()
    .nonnegative()
    .nullable()
    .describe('lowest API level of the phone’s system; null: it does not matter'),
  refusedRecallBits: z
    .array(z.enum(RECALL_BITS))
    .readonly()
    .describe('bits of device recall that refuse a phone for which they are set or not read'),
  refusedAppAccess: z
    .array(z.string())
    .readonly()
    .describe('words of the app access risk verdict that refuse'),
  allowedPlayProtect: z
    .array(z.string())
    .readonly()
    .nullable()
    .describe('Play Protect verdicts that are allowed; null: they do not matter'),
}) satisfies z.ZodType<PlayIntegrityPolicy>;

const checkIds = z
  .array(z.custom<CheckId>((id) => typeof id === 'string' && id in CHECK_IDS, 'no such check'))
  .readonly();

/** Settings of Android Key Attestation that a policy file changes; the rest is as in its base. */
export const androidKeyChangesSchema = androidKeyPolicySchema
  .extend({ minimumPatchLevel: minimumPatchLevel.partial() })
  .partial();

// Records of runs from before these settings were there are still read.
const recordedAndroidKey = androidKeyPolicySchema.extend({
  minimumPatchLevel: minimumPatchLevel.default({ os: null, vendor: null, boot: null }),
  allowedBootKeys: androidKeyPolicySchema.shape.allowedBootKeys.default([]),
  creationFutureWindowMs: androidKeyPolicySchema.shape.creationFutureWindowMs.default(null),
});

const { shape: playIntegrityShape } = playIntegrityPolicySchema;
const recordedPlayIntegrity = playIntegrityPolicySchema.extend({
  minimumVersionCode: playIntegrityShape.minimumVersionCode.default(null),
  minimumSdkVersion: playIntegrityShape.minimumSdkVersion.default(null),
  refusedRecallBits: playIntegrityShape.refusedRecallBits.default([]),
});

const recordedAppAttest = appAttestPolicySchema.extend({
  counterMode: appAttestPolicySchema.shape.counterMode.default('strict'),
});

/** A whole policy, as records hold it. */
export const policySchema = z.strictObject({
  id: z.string(),
  required: checkIds,
  reported: checkIds,
  androidKey: recordedAndroidKey,
  appAttest: recordedAppAttest,
  signedRequest: signedRequestPolicySchema,
  playIntegrity: recordedPlayIntegrity,
}) satisfies z.ZodType<AppraisalPolicy>;
