import { z } from 'zod';
import { jsonSchemaText } from '../../configuration.js';
import { FORMATS, type Format } from '../../verifier/index.js';
import { EXCHANGES, policy, time, trust } from '../vectors/schema.js';

// What goes to an adapter on a line of its stdin, and comes back on a line of its stdout. A vector
// states everything that a verifier is given and nothing of what it must answer.
function question<F extends Format, Evidence extends z.ZodType, Expected extends z.ZodType>(
  format: F,
  { evidence, expected }: { readonly evidence: Evidence; readonly expected: Expected },
) {
  return z.strictObject({
    version: z.literal(1),
    /** Comes back with the result. */
    id: z.string().min(1),
    format: z.literal(format),
    evidence,
    expected,
    policy,
    trust,
    /** The time to judge for. */
    now: time,
  });
}

/** Schema of a line that an adapter reads. */
export const adapterVectorSchema = z.discriminatedUnion('format', [
  question('android-key', EXCHANGES['android-key']),
  question('app-attest-attestation', EXCHANGES['app-attest-attestation']),
  question('app-attest-assertion', EXCHANGES['app-attest-assertion']),
  question('app-attest-receipt', EXCHANGES['app-attest-receipt']),
  question('csr', EXCHANGES.csr),
  question('signed-request', EXCHANGES['signed-request']),
  question('play-integrity', EXCHANGES['play-integrity']),
]);

/** A line that an adapter reads. */
export type AdapterVector = z.infer<typeof adapterVectorSchema>;

/** A vector of one format. */
export type AdapterVectorOf<F extends Format> = Extract<AdapterVector, { format: F }>;

/** What an adapter says of a vector. */
export const ADAPTER_VERDICTS = ['accepted', 'rejected', 'unsupported'] as const;

/** Schema of a line that an adapter writes. */
export const adapterResultSchema = z.strictObject({
  /** The vector's id; null where the line was no vector and had none. */
  id: z.string().nullable(),
  verdict: z.enum(ADAPTER_VERDICTS),
  /** The verifier's own words: why it refused, what it read, why it cannot be asked. */
  reason: z.string(),
});

/** A line that an adapter writes. */
export type AdapterResult = z.infer<typeof adapterResultSchema>;

/** What is left of a result once it is known which vector it is about. */
export type Answer = Omit<AdapterResult, 'id'>;

/** Every format, in the order of the product's tables. */
export const ALL_FORMATS = Object.keys(FORMATS) as readonly Format[];

/** JSON Schemas of the protocol, by their place under `fixtures/schemas/`. */
export function adapterSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    [
      'adapter-vector.schema.json',
      jsonSchemaText(adapterVectorSchema, 'Line that an adapter reads'),
    ],
    [
      'adapter-result.schema.json',
      jsonSchemaText(adapterResultSchema, 'Line that an adapter writes'),
    ],
  ]);
}
