import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { ownCorpus } from '../../harness/corpus/differential/questions.js';
import { readVectors, type ReadVector } from '../../harness/corpus/index.js';
import type { AppraisalInput, Format } from '../../harness/verifier/index.js';

/** A vector of the shipped corpus that is accepted, of one format. */
export type AcceptedVector<F extends Format> = Omit<ReadVector, 'input'> & {
  readonly input: Extract<AppraisalInput, { readonly evidence: { readonly format: F } }>;
};

/** The vector of the shipped corpus with a format and an id. */
export function acceptedVector<F extends Format>(format: F, id: string): AcceptedVector<F> {
  const file = ownCorpus().find((name) => basename(name) === `${format}.json`);
  if (file === undefined) throw new Error(`the corpus has no ${format}`);
  const found = readVectors(JSON.parse(readFileSync(file, 'utf8')), file).find(
    ({ vector }) => vector.id === id && vector.answer.verdict === 'accepted',
  );
  if (found === undefined) throw new Error(`the corpus accepts no ${format}/${id}`);
  return found as AcceptedVector<F>;
}
