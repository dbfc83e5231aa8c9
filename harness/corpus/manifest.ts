import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HarnessError } from '../errors.js';

/** Kinds of vectors; each names a format of evidence. */
export const VECTOR_KINDS = [
  'android-key-attestation',
  'app-attest-attestation',
  'app-attest-assertion',
  'app-attest-receipt',
  'play-integrity',
] as const;

/** One of the kinds. */
export type VectorKind = (typeof VECTOR_KINDS)[number];

const answer = {
  verdict: z.enum(['accept', 'reject', 'not-applicable']),
  reason: z.string().nullish(),
  /** Tokens that are equally right. */
  reasonsAlso: z.array(z.string()).optional(),
};

const values = z.record(z.string(), z.json());

const variant = z.strictObject({
  ...answer,
  inputs: values.optional(),
  policy: values.optional(),
  why: z.string().optional(),
});

const vector = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(VECTOR_KINDS),
  files: z.array(z.string().min(1)).min(1),
  inputs: values,
  expected: z.strictObject({
    ...answer,
    strict: z.strictObject(answer).optional(),
    variants: z.array(variant).optional(),
    facts: values.optional(),
  }),
  parseOnly: z.boolean().optional(),
  synthetic: z.string().optional(),
  provenance: z.looseObject({}).optional(),
  notes: z.string().optional(),
});

/** Schema of a manifest of vectors, format 1. What a verifier would have to know is strict. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  generated: z.string().optional(),
  policies: z.record(z.string(), z.string()).optional(),
  anchors: z.record(z.string(), z.json()).optional(),
  verdicts: z.array(z.string()).optional(),
  vectors: z.array(vector).min(1),
});

/** A manifest that fits the schema. */
export type Manifest = z.infer<typeof manifestSchema>;

/** One entry of a manifest. */
export type Vector = Manifest['vectors'][number];

/** Inputs or policy words of a vector, by name. */
export type VectorValues = z.infer<typeof values>;

/** Reads a manifest; throws where it is absent, no JSON, or does not fit. */
export function loadManifest(file: string): Manifest {
  const parsed = manifestSchema.safeParse(readJson(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    throw new HarnessError('ERR_FILE_INVALID', `${file}: ${place}: ${issue?.message ?? ''}`);
  }
  const ids = parsed.data.vectors.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: vectors: "${twice}" is there twice`);
  }
  return parsed.data;
}

/** Bytes of a file; throws with its name where it cannot be read. */
export function readBytes(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}

function readJson(file: string): unknown {
  const text = new TextDecoder().decode(readBytes(file));
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_INVALID', `${file}: ${reason}`, { cause });
  }
}
