import { z } from 'zod';
import { fromBase64url } from '../encoding/bytes.js';
import { PROFILE_S_HEADERS, SIGNATURE_FORM_HEADER } from '../evidence/formats/index.js';

/** Longest list of certificates that an enrolment may bring. */
const MAX_CERTIFICATES = 10;
const MAX_CERTIFICATE_BYTES = 16_384;
const MAX_CSR_BYTES = 8_192;
const MAX_ATTESTATION_BYTES = 65_536;
const MAX_TOKEN_CHARACTERS = 131_072;

/** base64url without padding, decoded to at most `maximum` bytes. */
const bytes = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((maximum * 4) / 3))
    .refine((text) => fromBase64url(text) !== null, 'must be unpadded base64url')
    .meta({ contentEncoding: 'base64url' });

/** The base64url of 32 bytes: a challenge, or the id of a key. */
export const digest = z
  .string()
  .refine((text) => fromBase64url(text)?.length === 32, 'must be the base64url of 32 bytes')
  .meta({ contentEncoding: 'base64url', minLength: 43, maxLength: 43 });

const u64 = z.string().regex(/^(0|[1-9]\d{0,19})$/);

// It becomes the common name of a certificate, which has at most 64 characters (RFC 5280, A.1).
const subject = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/);

/** Evidence as an enrolment carries it. */
export const evidenceSchema = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('android-key'),
    certificates: z.array(bytes(MAX_CERTIFICATE_BYTES)).min(1).max(MAX_CERTIFICATES),
  }),
  z.strictObject({
    format: z.literal('app-attest-attestation'),
    attestationObject: bytes(MAX_ATTESTATION_BYTES),
    keyId: digest,
  }),
  z.strictObject({
    format: z.literal('app-attest-assertion'),
    assertion: bytes(MAX_ATTESTATION_BYTES),
  }),
]);

/** A verdict of Play Integrity as an enrolment carries it beside its evidence. */
export const verdictSchema = z.strictObject({
  kind: z.enum(['classic', 'standard']),
  token: z.string().min(1).max(MAX_TOKEN_CHARACTERS),
});

/** Asks for a challenge of a first enrolment. */
export const tlsChallengeRequestSchema = z.strictObject({
  subject,
  purpose: z.literal('tls'),
});

/** Asks for a challenge of a signing key or a renewal, over the registration's own connection. */
export const ownChallengeRequestSchema = z.strictObject({ purpose: z.enum(['tls', 'sign']) });

/** A challenge to collect evidence for. */
export const challengeReplySchema = z.strictObject({
  challenge: digest,
  expiresAt: z.iso.datetime(),
});

/** Asks for a client certificate. */
export const enrolmentRequestSchema = z.strictObject({
  subject,
  challenge: digest,
  csr: bytes(MAX_CSR_BYTES),
  evidence: evidenceSchema.optional(),
  playIntegrity: verdictSchema.optional(),
});

/** A registration and its client certificate, leaf first. */
export const enrolmentReplySchema = z.strictObject({
  registrationId: z.uuid(),
  keyId: digest,
  certificateChain: z.array(bytes(MAX_CERTIFICATE_BYTES)).min(1),
});

/** Registers the key that signs bodies. */
export const signingKeyRequestSchema = enrolmentRequestSchema.omit({ subject: true });

/** Asks for a new connection key and its certificate. */
export const renewalRequestSchema = enrolmentRequestSchema.omit({ subject: true });

/** A signing key and the epoch that its counters belong to. */
export const signingKeyReplySchema = z.strictObject({
  keyId: digest,
  epoch: z.string().regex(/^\d{1,20}$/),
});

/** An accepted signed request. */
export const orderReplySchema = z.strictObject({
  orderId: z.uuid(),
  keyId: digest,
  epoch: z.string(),
  counter: z.string(),
});

/** The headers of a signed request, as the interface's description shows them: of profile S, or of R. */
export const signedHeadersSchema = z.object({
  [PROFILE_S_HEADERS.keyId]: digest.optional(),
  [PROFILE_S_HEADERS.epoch]: u64.optional(),
  [PROFILE_S_HEADERS.counter]: u64.optional(),
  [PROFILE_S_HEADERS.timestamp]: u64.optional(),
  [PROFILE_S_HEADERS.signature]: z.string().meta({ contentEncoding: 'base64url' }).optional(),
  [SIGNATURE_FORM_HEADER]: z.literal('app-attest').optional(),
  'content-digest': z.string().optional(),
  'signature-input': z.string().optional(),
  signature: z.string().optional(),
});

/** The relying party's clock. */
export const timeReplySchema = z.strictObject({ now: z.iso.datetime(), nowMs: z.int() });

/** Whether the listener answers. */
export const healthReplySchema = z.strictObject({ status: z.literal('ok') });

const checkSchema = z.looseObject({ id: z.string(), status: z.string() });

/** A refusal (RFC 9457). */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  checks: z.array(checkSchema).optional(),
  /** Where a timestamp was refused: the relying party's clock when it judged. */
  nowMs: z.int().optional(),
  /** Beside it, what the client's clock lacks, to be added; left out where no clock is so far off. */
  clockOffsetMs: z.int().optional(),
  /**
   * Where the counter was refused: the order that the identical request has led to, so that a client
   * which lost the answer is told from whoever uses a counter twice. Left out where none is remembered.
   */
  repeats: z.strictObject({ orderId: z.string() }).optional(),
});

/** Evidence as an enrolment carries it. */
export type SubmittedEvidence = z.output<typeof evidenceSchema>;
/** See `verdictSchema`. */
export type SubmittedVerdict = z.output<typeof verdictSchema>;
/** See `enrolmentRequestSchema`. */
export type EnrolmentRequest = z.output<typeof enrolmentRequestSchema>;
/** See `signingKeyRequestSchema`. */
export type SigningKeyRequest = z.output<typeof signingKeyRequestSchema>;
/** See `renewalRequestSchema`. */
export type RenewalRequest = z.output<typeof renewalRequestSchema>;
/** See `problemSchema`. */
export type Problem = z.output<typeof problemSchema>;

/** Bytes of base64url that a schema has let through. */
export function bytesOf(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (decoded === null) throw new Error('a schema let through what is not base64url');
  return decoded;
}
