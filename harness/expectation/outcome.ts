import { z } from 'zod';
import { HarnessError } from '../errors.js';
import { checkIdSchema } from './observation.js';

/** One place where an observation is not what was expected. */
const differenceSchema = z
  .strictObject({
    /** Where in the observation, as `verdict` or `checks.csr/well-formed`. */
    path: z.string().min(1),
    /** The check that differs, where the difference is a check's. */
    check: checkIdSchema.nullable(),
    expected: z.string(),
    actual: z.string(),
  })
  .readonly();

/** One place where an observation is not what was expected. */
export type Difference = z.infer<typeof differenceSchema>;

const differencesSchema = z.array(differenceSchema).min(1).readonly();

/** A false accept is a hole, a false reject locks users out; `other` is anything else unexpected. */
const unmetKindSchema = z.enum(['falseAccept', 'falseReject', 'other']);

/** A false accept is a hole, a false reject locks users out; `other` is anything else unexpected. */
export type UnmetKind = z.infer<typeof unmetKindSchema>;

/** What became of an expectation. */
export const outcomeSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('met') }).readonly(),
  z.strictObject({ outcome: z.literal('bypassed-as-expected'), reason: z.string() }).readonly(),
  z
    .strictObject({
      outcome: z.literal('unmet'),
      kind: unmetKindSchema,
      differences: differencesSchema,
    })
    .readonly(),
  z
    .strictObject({
      outcome: z.literal('inconclusive'),
      error: z.strictObject({ code: z.string(), message: z.string() }).readonly(),
    })
    .readonly(),
  z.strictObject({ outcome: z.literal('not-run'), reason: z.string() }).readonly(),
  z
    .strictObject({
      outcome: z.literal('waived'),
      waiver: z.string(),
      kind: unmetKindSchema,
      differences: differencesSchema,
    })
    .readonly(),
]);

/** What became of an expectation. */
export type Outcome = z.infer<typeof outcomeSchema>;

/** An outcome's word alone. */
export type OutcomeWord = Outcome['outcome'];

/** The outcome where the run broke before there was anything to judge. */
export function inconclusive(error: unknown): Outcome {
  const code = error instanceof HarnessError ? error.code : 'ERR_UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: 'inconclusive', error: { code, message } };
}

/** The outcome of a planned job that silently or knowingly did not run. */
export function notRun(reason: string): Outcome {
  return { outcome: 'not-run', reason };
}

// The worst first: an unexpected verdict must not hide behind a lost phone, nor a lost phone
// behind an expectation that was met before it was lost.
const SEVERITY: readonly OutcomeWord[] = [
  'unmet',
  'inconclusive',
  'not-run',
  'waived',
  'bypassed-as-expected',
  'met',
];

/** One outcome for several observations of one job: the worst of them, with every difference. */
export function combineOutcomes(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0) return notRun('nothing was observed');
  const [worst] = [...outcomes].sort(
    (left, right) => SEVERITY.indexOf(left.outcome) - SEVERITY.indexOf(right.outcome),
  );
  if (worst === undefined) return notRun('nothing was observed');
  if (worst.outcome !== 'unmet') return worst;
  const unmet = outcomes.filter((one) => one.outcome === 'unmet');
  const kinds: readonly UnmetKind[] = ['falseAccept', 'falseReject', 'other'];
  return {
    outcome: 'unmet',
    kind: kinds.find((kind) => unmet.some((one) => one.kind === kind)) ?? worst.kind,
    differences: unmet.flatMap((one) => one.differences),
  };
}
