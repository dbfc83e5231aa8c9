import { z } from 'zod';
import { PROBE_ERROR_CODES } from './error-codes.js';
import { LIMITS, PROTOCOL_VERSIONS } from './limits.js';
import { durationMs, fixedBytesText, keyAttempt, platformFailure, sha256Hex } from './values.js';

const requestId = fixedBytesText(16);

/** A request, whole; `args` are judged by the command's own schema. */
export const requestSchema = z.strictObject({
  v: z.literal(1),
  id: requestId,
  secret: fixedBytesText(32),
  command: z.string().min(1).max(64),
  args: z.record(z.string(), z.unknown()),
});

/** A request. */
export type ProbeRequest = Readonly<z.infer<typeof requestSchema>>;

/** What went wrong on the phone. */
export const errorSchema = z.object({
  code: z.enum(PROBE_ERROR_CODES),
  message: z.string(),
  ...platformFailure,
  /** Of `key_generation_failed`: every try. */
  attempts: z.array(keyAttempt).readonly().exactOptional(),
});

/** What went wrong on the phone. */
export type ProbeFailure = Readonly<z.infer<typeof errorSchema>>;

/** An answer, whole; `result` is judged by the command's own schema. */
export const answerSchema = z.discriminatedUnion('ok', [
  z.object({
    v: z.literal(1),
    id: requestId,
    ok: z.literal(true),
    result: z.record(z.string(), z.unknown()),
    ms: durationMs,
  }),
  z.object({
    v: z.literal(1),
    id: requestId,
    ok: z.literal(false),
    error: errorSchema,
    ms: durationMs,
  }),
]);

/** An answer. */
export type ProbeAnswer = Readonly<z.infer<typeof answerSchema>>;

/** What the state element shows. */
export const stateSchema = z.discriminatedUnion('state', [
  z.object({ v: z.literal(1), state: z.literal('idle') }),
  z.object({ v: z.literal(1), state: z.literal('busy'), id: requestId }),
  z.object({
    v: z.literal(1),
    state: z.literal('done'),
    id: requestId,
    /** How many pages there are; the first one is shown. */
    pages: z.int().min(1),
    /** Bytes of the answer's JSON, and their digest. */
    bytes: z.int().min(1).max(LIMITS.answerBytes),
    sha256: sha256Hex,
  }),
]);

/** What the state element shows. */
export type ProbeState = Readonly<z.infer<typeof stateSchema>>;

/** A range of protocol versions, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** The highest version of both ranges, or null where they do not meet. */
export function negotiateVersion(
  theirs: VersionRange,
  ours: VersionRange = PROTOCOL_VERSIONS,
): number | null {
  const highest = Math.min(theirs.max, ours.max);
  return highest >= Math.max(theirs.min, ours.min) ? highest : null;
}
