import { z } from 'zod';
import { LIMITS } from './limits.js';

/** Bytes in JSON: base64url (RFC 4648 section 5) without padding. */
export const bytesText = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** Bytes of a length that is always the same. */
export function fixedBytesText(length: number): z.ZodString {
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((length * 4) / 3)}}$`));
}

/** An unsigned 64-bit number: JSON's own numbers end at 2^53. */
export const u64Text = z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/);

/** A point in time, ms since 1970. */
export const timestampMs = z.int().nonnegative();

/** A duration in ms. */
export const durationMs = z.number().nonnegative();

/** The name of a key on the phone. */
export const alias = z.string().regex(new RegExp(`^[A-Za-z0-9._-]{1,${LIMITS.aliasChars}}$`));

/** Lower-case hexadecimal of a SHA-256 digest. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Where a key can live. */
export const keyLevel = z.enum(['strongbox', 'tee', 'secure-enclave', 'software']);

/** Key types. */
export const keyAlgorithm = z.enum(['ec-p256', 'rsa-2048']);

/** What a key is for. */
export const keyPurpose = z.enum(['tls', 'sign']);

/** Digests that a key may be used with; `none` signs what the caller has digested. */
export const keyDigest = z.enum(['none', 'sha256']);

/** Headers in the order in which they are sent, repeated names included. */
export const headerPairs = z.array(z.tuple([z.string().min(1), z.string()]).readonly()).readonly();

/** What a platform's own exception or error said. */
export const platformFailure = {
  /** Simple name of the exception's class, or the error's domain. */
  exception: z.string().exactOptional(),
  /** Android: `KeyStoreException.getNumericErrorCode()`; iOS: the error's code. */
  publicCode: z.int().exactOptional(),
  /** Android: the internal Keystore code; iOS: the OSStatus. */
  rawCode: z.int().exactOptional(),
  /** Whether the same call can succeed later. */
  transient: z.boolean().exactOptional(),
} as const;

/** One try of one rung of a key ladder. */
export const keyAttempt = z.discriminatedUnion('ok', [
  z.object({ level: keyLevel, ok: z.literal(true), ms: durationMs }),
  z.object({
    level: keyLevel,
    ok: z.literal(false),
    ms: durationMs,
    message: z.string(),
    ...platformFailure,
  }),
]);

/** One try of one rung of a key ladder. */
export type KeyAttempt = Readonly<z.infer<typeof keyAttempt>>;
