import { z } from 'zod';
import { CHECK_IDS, type CheckId } from './check-ids.js';
import type {
  AndroidKeyPolicy,
  AppAttestPolicy,
  AppraisalPolicy,
  PlayIntegrityPolicy,
  SignedRequestPolicy,
} from './policy.js';

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
}) satisfies z.ZodType<AndroidKeyPolicy>;

/** Settings of App Attest appraisal. */
export const appAttestPolicySchema = z.strictObject({
  environments: z
    .array(z.enum(['development', 'production']))
    .readonly()
    .describe('environments of Apple’s that are allowed; a run narrows them to the lab’s'),
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

/** A whole policy, as records hold it. */
export const policySchema = z.strictObject({
  id: z.string(),
  required: checkIds,
  reported: checkIds,
  androidKey: androidKeyPolicySchema,
  appAttest: appAttestPolicySchema,
  signedRequest: signedRequestPolicySchema,
  playIntegrity: playIntegrityPolicySchema,
}) satisfies z.ZodType<AppraisalPolicy>;
