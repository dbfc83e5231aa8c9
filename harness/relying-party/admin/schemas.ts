import { z } from 'zod';
import { digest } from '../schemas.js';

const entrySchema = z.strictObject({
  keyId: digest,
  reason: z.string(),
  deniedAt: z.iso.datetime(),
});

/** A key and why it is denied, for whoever runs the relying party. */
export const denyRequestSchema = z.strictObject({
  reason: z.string().trim().min(1).max(500),
});

/** The key that a request is about. */
export const keyParamsSchema = z.strictObject({ keyId: digest });

/** One entry of the deny list. */
export const denyReplySchema = entrySchema;

/** The whole deny list. */
export const deniedReplySchema = z.strictObject({ denied: z.array(entrySchema) });

/** Whether a key was on the list. */
export const allowReplySchema = z.strictObject({ allowed: z.boolean() });

/** How a relying party fares. */
export const detailedHealthSchema = z.strictObject({
  status: z.enum(['ok', 'failing']),
  version: z.string(),
  startedAt: z.iso.datetime(),
  uptimeSeconds: z.int(),
  policy: z.string(),
  rpId: z.string(),
  tls: z.string(),
  /** Whether the store answers, and what it said where it does not. */
  store: z.strictObject({ status: z.enum(['ok', 'failing']), problem: z.string().optional() }),
  deniedKeys: z.int(),
  /** What broke since the start. */
  faults: z.int(),
});

const signalSchema = z.strictObject({
  id: z.string(),
  status: z.enum(['measured', 'insufficient']),
  value: z.number().nullable(),
  unit: z.string(),
  threshold: z.number().nullable(),
  raisedWhen: z.enum(['above', 'below', 'beyond']),
  samples: z.int(),
  minimumSamples: z.int(),
  raised: z.boolean(),
  /** What was measured and why the threshold is where it is, in one sentence. */
  explanation: z.string(),
});

/** The risk vector of a key; there is no score. */
export const riskReplySchema = z.strictObject({
  keyId: digest,
  now: z.iso.datetime(),
  signals: z.array(signalSchema),
  /** Raised signals by whom they point at. */
  suspected: z.partialRecord(z.enum(['bot', 'farm', 'replayer']), z.array(z.string())),
});

/** The keys to look into first; of each the raised signals alone. */
export const risksReplySchema = z.strictObject({
  now: z.iso.datetime(),
  /** Keys whose traffic is remembered, and how many of them were looked at: those heard of last. */
  known: z.int(),
  examined: z.int(),
  keys: z.array(riskReplySchema.omit({ now: true })),
});
