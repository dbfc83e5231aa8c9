import { z } from 'zod';

// The published form of the corpus, for any verifier in any language. It holds no type of ours, and
// a test sees to it that what is written reads back as the same input.
const bytes = z.string().regex(/^[A-Za-z0-9_-]*$/, 'base64url without padding');
const whole = z.string().regex(/^(?:0|[1-9]\d*)$/, 'a whole number in decimal');
const texts = z.array(z.string());
/** A time with its zone. */
export const time = z.iso.datetime();

const request = z.strictObject({
  method: z.string(),
  authority: z.string(),
  target: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: bytes,
});

const registeredKey = z.strictObject({
  keyId: z.string(),
  spki: bytes,
  epoch: whole,
  lastCounter: whole.nullable(),
  /**
   * Where counters may come out of order; absent where each must be above the last one. Bit n of
   * `accepted` stands for the n-th counter below the last.
   */
  counters: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('window'), size: z.int().positive(), accepted: whole }),
      z.strictObject({ mode: z.literal('nonce'), wasAccepted: z.boolean() }),
    ])
    .optional(),
  /** What is known of a key of App Attest; absent for every other key. */
  appAttest: z
    .strictObject({ appIds: texts, previousCounter: z.int().nonnegative().nullable() })
    .optional(),
});

/** What came in and what it is compared with, by format. */
export const EXCHANGES = {
  'android-key': {
    evidence: z.strictObject({ certificates: z.array(bytes) }),
    expected: z.strictObject({
      challenge: bytes.optional(),
      packageNames: texts.optional(),
      signerDigests: texts.optional(),
      spki: bytes.optional(),
    }),
  },
  'app-attest-attestation': {
    evidence: z.strictObject({ bytes }),
    expected: z.strictObject({
      appIds: texts,
      keyId: bytes,
      clientDataHash: bytes,
      validationCategories: z.array(z.number()).optional(),
    }),
  },
  'app-attest-assertion': {
    evidence: z.strictObject({ bytes }),
    expected: z.strictObject({
      appIds: texts,
      publicKey: bytes,
      clientDataHash: bytes,
      previousCounter: z.number().nullable(),
      seenCounters: z.array(z.number()).optional(),
    }),
  },
  'app-attest-receipt': {
    evidence: z.strictObject({ bytes }),
    expected: z.strictObject({
      appIds: texts.optional(),
      publicKey: bytes.optional(),
      maxAgeSeconds: z.number().optional(),
    }),
  },
  csr: {
    evidence: z.strictObject({ bytes }),
    expected: z.strictObject({ nonce: bytes.optional() }),
  },
  'signed-request': {
    evidence: z.strictObject({ request }),
    expected: z.strictObject({
      key: registeredKey.nullable(),
      connectionKeyIds: texts.optional(),
    }),
  },
  'play-integrity': {
    evidence: z.strictObject({
      form: z.enum(['classic-token', 'decoded-payload']),
      text: z.string(),
    }),
    expected: z.strictObject({
      nonce: z.string().optional(),
      requestHash: z.string().optional(),
      packageNames: texts.optional(),
      certificateDigests: texts.optional(),
    }),
  },
} as const;

const anchor = z.strictObject({ name: z.string(), certificate: bytes });

/** Roots, status list and keys of a vector. */
export const trust = z.strictObject({
  android: z.array(anchor),
  /** Roots whose private keys are public. */
  software: z.array(anchor),
  appAttest: z.array(anchor),
  receipts: z.array(anchor),
  /** The status list as it was served, and when. */
  revocation: z.strictObject({ list: z.string(), takenAt: time.nullable() }).nullable(),
  playIntegrityKeys: z.strictObject({ decryptionKey: bytes, verificationKey: bytes }).optional(),
});

/** What a vector's policy demands of the checks of its format. */
export const policy = z.strictObject({
  /** Checks of this format that must have passed. */
  required: texts,
  /** Checks of this format that decide nothing. */
  reported: texts,
  /** Settings of this format's checks; see the policy's type. */
  settings: z.record(z.string(), z.json()),
});

const answer = z.strictObject({
  verdict: z.enum(['accepted', 'rejected', 'indeterminate']),
  /** Exactly the checks that fail; those that are blocked by them are not listed. */
  failed: texts,
  /** Exactly the checks that cannot be decided. */
  undetermined: texts,
});

/** What a vector shows of a check. */
export const ROLES = ['passing', 'sole-failure', 'malformed'] as const;

function file<F extends keyof typeof EXCHANGES>(format: F) {
  const { evidence, expected } = EXCHANGES[format];
  return z.strictObject({
    version: z.literal(1),
    format: z.literal(format),
    description: z.string(),
    checks: z.record(
      z.string(),
      z.strictObject({ rule: z.string(), source: z.string(), withoutIt: z.string() }),
    ),
    policies: z.record(z.string(), policy),
    trust: z.record(z.string(), trust),
    vectors: z.array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)+$/),
        description: z.string(),
        /** What the vector shows, and of which checks. */
        shows: z.strictObject({ as: z.enum(ROLES), checks: texts.min(1) }),
        evidence,
        expected,
        /** Name of a policy of this file. */
        policy: z.string(),
        /** Name of a trust set of this file. */
        trust: z.string(),
        /** The time to appraise for. */
        now: time,
        answer,
      }),
    ),
  });
}

/** Schema of a file of `fixtures/corpus/`. */
export const vectorFileSchema = z.discriminatedUnion('format', [
  file('android-key'),
  file('app-attest-attestation'),
  file('app-attest-assertion'),
  file('app-attest-receipt'),
  file('csr'),
  file('signed-request'),
  file('play-integrity'),
]);

/** A file of `fixtures/corpus/`. */
export type VectorFile = z.infer<typeof vectorFileSchema>;

/** One vector of a file. */
export type Vector = VectorFile['vectors'][number];

/** A trust set as a file states it. */
export type VectorTrust = z.infer<typeof trust>;

/** What a verifier must answer to a vector. */
export type VectorAnswer = z.infer<typeof answer>;

/** What a vector shows of its checks. */
export type VectorRole = (typeof ROLES)[number];
