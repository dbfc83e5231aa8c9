import type { Vector, VectorKind, VectorValues } from './manifest.js';

/** What a vector says a verifier must answer. */
export interface ExpectedAnswer {
  readonly verdict: 'accept' | 'reject' | 'not-applicable';
  /** The stated reason token, or null. */
  readonly reason: string | null;
  /** Every token that is right; the stated one first. */
  readonly reasons: readonly string[];
}

/** One question to a verifier: an entry, its strict policy, or one of its variants. */
export interface CorpusCase {
  readonly id: string;
  /** Null for the entry itself; variants count from 0. */
  readonly variant: null | number | 'strict';
  readonly kind: VectorKind;
  readonly files: readonly string[];
  readonly inputs: VectorValues;
  readonly policyId: 'baseline' | 'strict';
  /** Words of the policy that the case changes. */
  readonly policyWords: VectorValues;
  readonly expected: ExpectedAnswer;
  /** Facts that the verifier's claims must state; empty but for the entry itself. */
  readonly facts: VectorValues;
}

/** The cases of an entry, the entry itself first. */
export function casesOf(vector: Vector): readonly CorpusCase[] {
  const { id, kind, files, inputs, expected } = vector;
  const shared = {
    id,
    kind,
    files,
    inputs,
    policyId: 'baseline',
    policyWords: {},
    facts: {},
  } as const;
  return [
    { ...shared, variant: null, expected: answerOf(expected), facts: expected.facts ?? {} },
    ...(expected.strict == null
      ? []
      : [
          {
            ...shared,
            variant: 'strict' as const,
            policyId: 'strict' as const,
            expected: answerOf(expected.strict),
          },
        ]),
    ...(expected.variants ?? []).map((variant, index) => ({
      ...shared,
      variant: index,
      inputs: withChanges(inputs, variant.inputs ?? {}),
      policyWords: variant.policy ?? {},
      expected: answerOf(variant),
    })),
  ];
}

// What a variant states is the verifier's own, wherever the entry's came from.
function withChanges(inputs: VectorValues, changes: VectorValues): VectorValues {
  const restated = new Set(Object.keys(changes).map((name) => `${name.replace(/Hex$/, '')}Source`));
  const kept = Object.entries(inputs).filter(([name]) => !restated.has(name));
  return { ...Object.fromEntries(kept), ...changes };
}

function answerOf(answer: {
  readonly verdict: ExpectedAnswer['verdict'];
  readonly reason?: string | null | undefined;
  readonly reasonsAlso?: readonly string[] | null | undefined;
}): ExpectedAnswer {
  const reason = answer.reason ?? null;
  const reasons = [...(reason === null ? [] : [reason]), ...(answer.reasonsAlso ?? [])];
  return { verdict: answer.verdict, reason, reasons };
}
