import {
  createVerifier,
  failing,
  withStatus,
  type AttestationResult,
} from '../../verifier/index.js';
import type { CaseResult } from '../run-corpus.js';
import { readVectors, type ReadVector } from './read-vectors.js';

/** Runs the verifier over a file of vectors. Here every root cause counts, not one of them. */
export function runVectors(json: unknown, place: string): readonly CaseResult[] {
  return readVectors(json, place).map((read) =>
    judgeVector(read, createVerifier({ trust: read.trust }).appraise(read.input)),
  );
}

/** Compares what a verifier says of a vector with what the vector says it must. */
export function judgeVector(
  { vector: { id, answer }, input }: ReadVector,
  result: AttestationResult,
): CaseResult {
  const found = [...failing(result), ...withStatus(result, 'undetermined')];
  const stated = [...answer.failed, ...answer.undetermined];
  return {
    ...{ id, variant: null, kind: input.evidence.format },
    expected: { verdict: answer.verdict, reason: null, failing: stated },
    actual: { verdict: result.verdict, reason: null, failing: found },
    facts: { agree: 0, disagree: [] },
    agree: result.verdict === answer.verdict && sameMembers(stated, found),
  };
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one));
}
