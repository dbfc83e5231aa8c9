import { z } from 'zod';
import { CHECK_IDS, type CheckId } from '../verifier/check-ids.js';
import type { AttestationResult, ClaimValue } from '../verifier/result.js';

const knownCheckIds = Object.keys(CHECK_IDS) as CheckId[];

/** An id of the one table of checks; a misspelt one is refused. */
export const checkIdSchema = z.enum(knownCheckIds).meta({ id: 'CheckId' });

/** One listed check, as the verifier and the relying party report it. */
export const checkResultSchema = z.discriminatedUnion('status', [
  z.strictObject({ id: checkIdSchema, status: z.literal('passed') }).readonly(),
  z
    .strictObject({
      id: checkIdSchema,
      status: z.literal('failed'),
      expected: z.string(),
      actual: z.string(),
    })
    .readonly(),
  z
    .strictObject({ id: checkIdSchema, status: z.literal('undetermined'), reason: z.string() })
    .readonly(),
  z
    .strictObject({
      id: checkIdSchema,
      status: z.literal('blocked'),
      by: z.array(checkIdSchema).readonly(),
    })
    .readonly(),
  z
    .strictObject({ id: checkIdSchema, status: z.literal('not-applicable'), reason: z.string() })
    .readonly(),
]);

/** Any JSON value, typed so that a value that is read-only throughout is one too. */
export const claimValueSchema: z.ZodType<ClaimValue> = z.json();

/** A verifier's word, as it travels between processes and lies in a journal. */
export const attestationResultSchema: z.ZodType<AttestationResult> = z
  .strictObject({
    format: z.string().min(1),
    verdict: z.enum(['accepted', 'rejected', 'indeterminate']),
    checks: z.array(checkResultSchema).readonly(),
    claims: z.record(z.string(), claimValueSchema).readonly(),
    policyId: z.string().min(1),
    now: z.iso.datetime(),
    verifierVersion: z.string().min(1),
  })
  .readonly();

const milliseconds = z.number().nonnegative();

/** One rung that a phone tried on its way down the key ladder. */
const ladderAttemptSchema = z
  .strictObject({
    level: z.string().min(1),
    outcome: z.enum(['obtained', 'refused']),
    exception: z.string().exactOptional(),
    publicCode: z.number().int().exactOptional(),
    rawCode: z.number().int().exactOptional(),
    transient: z.boolean().exactOptional(),
    ms: milliseconds,
  })
  .readonly();

/** One risk signal of a key, as the relying party's monitoring explains it. */
export const signalSchema = z
  .strictObject({
    id: z.string().min(1),
    /** `insufficient`: there was too little traffic to measure by. */
    status: z.enum(['measured', 'insufficient']),
    value: z.number().nullable(),
    unit: z.string(),
    threshold: z.number().nullable(),
    raisedWhen: z.enum(['above', 'below', 'beyond']),
    samples: z.int().nonnegative(),
    minimumSamples: z.int().nonnegative(),
    raised: z.boolean(),
    explanation: z.string(),
  })
  .readonly();

/** What a scenario saw, whatever was expected of it. */
export const observationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('appraisal'), result: attestationResultSchema }).readonly(),
  z
    .strictObject({
      kind: z.literal('response'),
      status: z.number().int().min(100).max(599),
      /** The refusal's code; null where the answer is no refusal. */
      code: z.string().nullable(),
      checks: z.array(checkResultSchema).readonly(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('ladder'),
      /** The level that was obtained; null where every rung refused. */
      level: z.string().min(1).nullable(),
      attempts: z.array(ladderAttemptSchema).readonly(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('wire'),
      outcome: z.enum(['answered', 'failed']),
      /** How far the connection came. */
      phase: z.enum(['resolve', 'connect', 'handshake', 'pin', 'application']),
      /** Bytes of the application's own protocol, none of TLS. */
      applicationBytesSent: z.number().int().nonnegative(),
      applicationBytesReceived: z.number().int().nonnegative(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('operation'),
      operation: z.string().min(1),
      outcome: z.enum(['done', 'refused']),
      /** The refusal's code; null where the operation was done. */
      code: z.string().nullable(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('measurement'),
      operation: z.string().min(1),
      level: z.string().min(1).nullable(),
      ms: milliseconds,
    })
    .readonly(),
  z
    .strictObject({ kind: z.literal('signals'), signals: z.array(signalSchema).readonly() })
    .readonly(),
]);

/** What a scenario saw, whatever was expected of it. */
export type Observation = z.infer<typeof observationSchema>;

/** One of the kinds of observation. */
export type ObservationKind = Observation['kind'];

/** The observation of one kind. */
export type ObservationOf<Kind extends ObservationKind> = Extract<Observation, { kind: Kind }>;
