import { z } from 'zod';

const bytesText = z.string().regex(/^[A-Za-z0-9_-]*$/);
const digest = z.enum(['none', 'sha256']);
const level = z.enum(['strongbox', 'tee', 'software']);

/** What platform code in a JVM asks its phone, with the arguments of each. */
export const JVM_QUESTIONS = {
  /** Takes in a key that the JVM has made: where it lives, and what is attested of it. */
  'keys/certify': z.strictObject({
    level: z.enum(['strongbox', 'tee']),
    algorithm: z.enum(['ec-p256', 'rsa-2048']),
    digests: z.array(digest).min(1).readonly(),
    challenge: bytesText.nullable(),
    spki: bytesText,
  }),
  /** Lets a key be used with a digest. */
  'keys/admit': z.strictObject({ level, digests: z.array(digest).readonly(), digest }),
  /** How a connection that is opened now leaves the phone. */
  'network/route': z.strictObject({}),
  /** Has Play make an integrity token. */
  'play/request': z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('classic'), nonce: z.string() }),
    z.strictObject({ kind: z.literal('standard'), requestHash: z.string() }),
  ]),
  /** Waits for modelled time. */
  pause: z.strictObject({ ms: z.int().nonnegative() }),
  /** What somebody in the app's process makes of an attestation; asked by hooks alone. */
  'attacker/forge': z.strictObject({ chain: z.array(bytesText).readonly() }),
} as const;

/** A question's name. */
export type JvmQuestion = keyof typeof JVM_QUESTIONS;

/** A question's arguments. */
export type JvmArgs<Question extends JvmQuestion> = z.infer<(typeof JVM_QUESTIONS)[Question]>;

const element = z.strictObject({
  accessibilityId: z.string(),
  kind: z.enum(['text', 'button']),
  text: z.string(),
});

/** What the phone learns of a JVM when it is ready. */
export const jvmRuntimeSchema = z
  .strictObject({
    /** Who does TLS there, with version. */
    tlsProvider: z.string().min(1),
    java: z.string().min(1),
  })
  .readonly();

/** What runs the probe of a phone in a JVM. */
export type JvmRuntime = z.infer<typeof jvmRuntimeSchema>;

/** A line that a JVM says; the first one is its token. */
export const jvmMessageSchema = z.union([
  z.strictObject({ token: z.string() }),
  z.strictObject({ ready: jvmRuntimeSchema }),
  z.strictObject({ life: z.int(), screen: z.array(element).readonly() }),
  z.strictObject({ ask: z.int(), what: z.string(), args: z.unknown() }),
]);

/** A line that a JVM says. */
export type JvmMessage = z.infer<typeof jvmMessageSchema>;

/** What the phone orders its JVM; the first line is a description of the phone. */
export type JvmOrder =
  | { readonly order: 'start'; readonly life: number }
  | {
      readonly order: 'open';
      readonly link: string;
      /** How far the phone's clock is ahead of the machine's. */
      readonly clockOffsetMs: number;
      readonly hooks: readonly string[];
    }
  | { readonly order: 'tap'; readonly accessibilityId: string }
  | { readonly order: 'end' }
  | { readonly order: 'remove' };

/** Variables by which a JVM finds its phone. */
export const JVM_ENV = { port: 'ATTESTLAB_PHONE_PORT', token: 'ATTESTLAB_PHONE_TOKEN' } as const;
