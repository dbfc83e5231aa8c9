import { z } from 'zod';
import { fromBase64url, toBase64url } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../evidence/app-attest/index.js';
import { parseCsr } from '../evidence/csr/index.js';
import { playIntegrityPayload, playIntegrityToken } from '../evidence/play-integrity/index.js';
import { parseSignedRequest } from '../evidence/signed-request/index.js';
import type { Exchanges, Format } from './formats.js';
import type { AppraisalPolicy } from './policy.js';
import { policySchema } from './policy-schema.js';
import type { AppraisalInput } from './verifier.js';

const bytes = z.codec(
  z.string(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode(text, context) {
      const decoded = fromBase64url(text);
      if (decoded !== null) return decoded;
      context.issues.push({ code: 'custom', message: 'not unpadded base64url', input: text });
      return z.NEVER;
    },
    encode: toBase64url,
  },
);

const whole = z.codec(z.string().regex(/^(?:0|[1-9]\d*)$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});

const time = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const strings = z.array(z.string()).readonly();

const signedHttpRequest = z.strictObject({
  method: z.string(),
  authority: z.string(),
  target: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
  body: bytes,
});

const registeredKey = z.strictObject({
  keyId: z.string(),
  spki: bytes,
  epoch: whole,
  lastCounter: whole.nullable(),
  counters: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('window'), size: z.number(), accepted: whole }),
      z.strictObject({ mode: z.literal('nonce'), wasAccepted: z.boolean() }),
    ])
    .exactOptional(),
  appAttest: z
    .strictObject({ appIds: strings, previousCounter: z.number().nullable() })
    .exactOptional(),
});

interface ExchangeCodec<Evidence, Expected> {
  encode(exchange: { readonly evidence: Evidence; readonly expected: Expected }): {
    readonly evidence: unknown;
    readonly expected: unknown;
  };
  decode(json: { readonly evidence: unknown; readonly expected: unknown }): {
    readonly evidence: Evidence;
    readonly expected: Expected;
  };
}

// Only what came in is recorded: what a parser made of it is made again when it is read back.
function exchange<Evidence, Raw, Expected>(format: {
  readonly raw: z.ZodType<Raw>;
  readonly rawOf: (evidence: Evidence) => Raw;
  readonly parse: (raw: Raw) => Evidence;
  readonly expected: z.ZodType<Expected>;
}): ExchangeCodec<Evidence, Expected> {
  return {
    encode: ({ evidence, expected }) => ({
      evidence: z.encode(format.raw, format.rawOf(evidence)),
      expected: z.encode(format.expected, expected),
    }),
    decode: ({ evidence, expected }) => ({
      evidence: format.parse(z.decode(format.raw, evidence)),
      expected: z.decode(format.expected, expected),
    }),
  };
}

function bytesAlone<Evidence extends { readonly bytes: Uint8Array }>(
  parse: (bytes: Uint8Array) => Evidence,
) {
  return {
    raw: z.strictObject({ bytes }),
    rawOf: (evidence: Evidence) => ({ bytes: evidence.bytes }),
    parse: (raw: { readonly bytes: Uint8Array }) => parse(raw.bytes),
  };
}

const EXCHANGES: {
  readonly [F in Format]: ExchangeCodec<Exchanges[F]['evidence'], Exchanges[F]['expected']>;
} = {
  'android-key': exchange({
    raw: z.strictObject({ certificates: z.array(bytes).readonly() }),
    rawOf: ({ certificates }) => ({ certificates }),
    parse: ({ certificates }) => parseAndroidKey(certificates),
    expected: z.strictObject({
      challenge: bytes.exactOptional(),
      packageNames: strings.exactOptional(),
      signerDigests: strings.exactOptional(),
      spki: bytes.exactOptional(),
    }),
  }),
  'app-attest-attestation': exchange({
    ...bytesAlone(parseAppAttestAttestation),
    expected: z.strictObject({
      appIds: strings,
      keyId: bytes,
      clientDataHash: bytes,
      validationCategories: z.array(z.number()).readonly().exactOptional(),
    }),
  }),
  'app-attest-assertion': exchange({
    ...bytesAlone(parseAppAttestAssertion),
    expected: z.strictObject({
      appIds: strings,
      publicKey: bytes,
      clientDataHash: bytes,
      previousCounter: z.number().nullable(),
      seenCounters: z.array(z.number()).readonly().exactOptional(),
    }),
  }),
  'app-attest-receipt': exchange({
    ...bytesAlone(parseAppAttestReceipt),
    expected: z.strictObject({
      appIds: strings.exactOptional(),
      publicKey: bytes.exactOptional(),
      maxAgeSeconds: z.number().exactOptional(),
    }),
  }),
  csr: exchange({
    ...bytesAlone(parseCsr),
    expected: z.strictObject({ nonce: bytes.exactOptional() }),
  }),
  // Keys are the trust set's: a record holds no secret.
  'play-integrity': exchange({
    raw: z.strictObject({ form: z.enum(['classic-token', 'decoded-payload']), text: z.string() }),
    rawOf: ({ form, text }) => ({ form, text }),
    parse: ({ form, text }) =>
      form === 'classic-token' ? playIntegrityToken(text) : playIntegrityPayload(text),
    expected: z.strictObject({
      nonce: z.string().exactOptional(),
      requestHash: z.string().exactOptional(),
      packageNames: strings.exactOptional(),
      certificateDigests: strings.exactOptional(),
    }),
  }),
  'signed-request': exchange({
    raw: z.strictObject({ request: signedHttpRequest }),
    rawOf: ({ request }) => ({ request }),
    parse: ({ request }) => parseSignedRequest(request),
    expected: z.strictObject({
      key: registeredKey.nullable(),
      connectionKeyIds: strings.exactOptional(),
    }),
  }),
};

const envelope = z.strictObject({
  version: z.literal(1),
  format: z.string().refine((name): name is Format => name in EXCHANGES, 'no such format'),
  evidence: z.unknown(),
  expected: z.unknown(),
  policy: policySchema,
  now: time,
});

/** What is recorded of one appraisal: enough to appraise again with the same trust set. */
export type RecordedAppraisal = z.input<typeof envelope>;

/** An appraisal's input as JSON: evidence as it came, byte for byte. */
export function encodeAppraisal(input: AppraisalInput): RecordedAppraisal {
  const { policy: applied, now } = input;
  const { format } = input.evidence;
  return {
    version: 1,
    format,
    ...encodeExchange(format, input),
    policy: encodePolicy(applied),
    now: z.encode(time, now),
  };
}

const encodedPolicies = new WeakMap<AppraisalPolicy, z.input<typeof policySchema>>();

// Thousands of appraisals go by a few policies.
function encodePolicy(applied: AppraisalPolicy): z.input<typeof policySchema> {
  const encoded = encodedPolicies.get(applied) ?? z.encode(policySchema, applied);
  encodedPolicies.set(applied, encoded);
  return encoded;
}

/** Reads a recorded appraisal back; `place` names the file and line for the error. */
export function decodeAppraisal(json: unknown, place: string): AppraisalInput {
  try {
    const { format, evidence, expected, policy: applied, now } = z.decode(envelope, json as never);
    const exchanged = EXCHANGES[format].decode({ evidence, expected });
    // One entry of the table made both, so they belong together.
    return { ...exchanged, policy: applied, now };
  } catch (cause) {
    if (!(cause instanceof z.core.$ZodError)) throw cause;
    const [issue] = cause.issues;
    const path = issue?.path.map(String).join('.') ?? '';
    throw new HarnessError('ERR_FILE_INVALID', `${place}: ${path}: ${issue?.message ?? ''}`, {
      cause,
    });
  }
}

function encodeExchange<F extends Format>(
  format: F,
  { evidence, expected }: Exchanges[F],
): { readonly evidence: unknown; readonly expected: unknown } {
  return EXCHANGES[format].encode({ evidence, expected });
}
