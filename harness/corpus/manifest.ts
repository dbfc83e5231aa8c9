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
  reasonsAlso: z.array(z.string()).nullish(),
};

const values = z.record(z.string(), z.json());

// Entries are loose where a later corpus may say more; what is not understood makes the one entry
// unsupported (see `unknownFields`) and not the whole corpus unreadable.
const variant = z.looseObject({
  ...answer,
  inputs: values.nullish(),
  policy: values.nullish(),
});

const vector = z.looseObject({
  id: z.string().min(1),
  kind: z.enum(VECTOR_KINDS),
  files: z.array(z.string().min(1)).min(1),
  inputs: values,
  expected: z.looseObject({
    ...answer,
    strict: z.looseObject(answer).nullish(),
    variants: z.array(variant).nullish(),
    facts: values.nullish(),
  }),
  parseOnly: z.boolean().nullish(),
});

/** Schema of a manifest of vectors, format 1. */
export const manifestSchema = z.looseObject({
  // What else stands beside the vectors explains them to people.
  format: z.literal(1),
  vectors: z.array(vector).min(1),
});

/** A manifest that fits the schema. */
export type Manifest = z.infer<typeof manifestSchema>;

/** One entry of a manifest. */
export type Vector = Manifest['vectors'][number];

/** Inputs or policy words of a vector, by name. */
export type VectorValues = z.infer<typeof values>;

const UNDERSTOOD = {
  vector: ['id', 'kind', 'files', 'inputs', 'expected', 'parseOnly'],
  answer: ['verdict', 'reason', 'reasonsAlso'],
};

/** Fields and inputs for people, which take no part in any answer. */
const INFORMATIVE: ReadonlySet<string> = new Set([
  ...['why', 'note', 'notes', 'comment', 'description', 'title', 'label', 'flags', 'tags', 'refs'],
  ...['synthetic', 'provenance', 'source', 'origin', 'licence', 'license'],
  ...['construction', 'derivedFrom', 'mutation'],
]);

/** Whether a field or an input is for people alone: by its name, or as the source of another one. */
export function isInformative(name: string): boolean {
  return INFORMATIVE.has(name) || name.endsWith('Source') || name.endsWith('Note');
}

/** Fields of an entry that this runner does not understand, so that it cannot answer for it. */
export function unknownFields({ expected, ...vector }: Vector): readonly string[] {
  const beyond = (value: object, known: readonly string[]): readonly string[] =>
    Object.keys(value).filter((name) => !known.includes(name) && !isInformative(name));
  return [
    ...beyond(vector, UNDERSTOOD.vector),
    ...beyond(expected, [...UNDERSTOOD.answer, 'strict', 'variants', 'facts']),
    ...beyond(expected.strict ?? {}, UNDERSTOOD.answer),
    ...(expected.variants ?? []).flatMap((changes) =>
      beyond(changes, [...UNDERSTOOD.answer, 'inputs', 'policy']),
    ),
  ];
}

/** Reads a manifest; throws where it is absent, no JSON, or does not fit. */
export function loadManifest(file: string): Manifest {
  return readManifest(readJson(file), file);
}

/** As `loadManifest`, for JSON that was read already. */
export function readManifest(json: unknown, file: string): Manifest {
  const parsed = manifestSchema.safeParse(json);
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

/** The JSON of a file; throws with its name where it is none. */
export function readJson(file: string): unknown {
  const text = new TextDecoder().decode(readBytes(file));
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_INVALID', `${file}: ${reason}`, { cause });
  }
}
