import { dirname, join } from 'node:path';
import { productRoot } from '../product.js';
import { loadTrust } from '../trust/index.js';
import { createVerifier, type Format } from '../verifier/index.js';
import { actualAnswer, agrees, type ActualAnswer } from './agreement.js';
import { casesOf, type CorpusCase } from './case.js';
import { compareFacts, type FactAgreement } from './facts.js';
import { readBytes, readJson, readManifest, unknownFields, type VectorKind } from './manifest.js';
import { prepareCase } from './prepare-case.js';
import { isVectorFile } from './vectors/read-vectors.js';
import { runVectors } from './vectors/run-vectors.js';

/** What became of one case; the line that `--json` prints. */
export interface CaseResult {
  readonly id: string;
  readonly variant: CorpusCase['variant'];
  /** A kind of a manifest, or a format of the corpus in its published form. */
  readonly kind: VectorKind | Format;
  readonly expected: {
    readonly verdict: string;
    readonly reason: string | null;
    /** Exactly the root causes, where a vector states them. */
    readonly failing?: readonly string[];
  };
  /** Null where the case was not run. */
  readonly actual: ActualAnswer | null;
  readonly facts: FactAgreement;
  readonly agree: boolean | 'unsupported';
  /** Why the case was not run. */
  readonly unsupported?: string;
}

/** How many cases agree, disagree and were not run. */
export interface CorpusSummary {
  readonly agree: number;
  readonly disagree: number;
  readonly unsupported: number;
}

/** Options of a run over a corpus. */
export interface CorpusOptions {
  readonly manifestPath: string;
  /** Ids of the entries to run; all where it is left out. */
  readonly only?: readonly string[];
  /** Trust folder; the product's own where it is left out. */
  readonly trustFolder?: string;
}

/** Runs the verifier over every case of a manifest or of a file of vectors, in its order. */
// eslint-disable-next-line @typescript-eslint/require-await -- a verifier behind a process will await
export async function* runCorpus(options: CorpusOptions): AsyncGenerator<CaseResult> {
  const { manifestPath, only } = options;
  const json = readJson(manifestPath);
  if (isVectorFile(json)) {
    yield* runVectors(json, manifestPath).filter(({ id }) => only?.includes(id) ?? true);
    return;
  }
  const manifest = readManifest(json, manifestPath);
  const context = {
    trust: loadTrust(options.trustFolder ?? join(productRoot, 'fixtures', 'trust')),
    readFile: (file: string) => readBytes(join(dirname(manifestPath), file)),
  };
  for (const vector of manifest.vectors) {
    if (only !== undefined && !only.includes(vector.id)) continue;
    const [unknown] = unknownFields(vector);
    for (const corpusCase of casesOf(vector)) {
      yield unknown === undefined
        ? runCase(corpusCase, context)
        : notRun(corpusCase, `field ${unknown}`);
    }
  }
}

/** Counts results. */
export function summarise(results: readonly Pick<CaseResult, 'agree'>[]): CorpusSummary {
  const count = (agree: CaseResult['agree']): number =>
    results.filter((result) => result.agree === agree).length;
  return { agree: count(true), disagree: count(false), unsupported: count('unsupported') };
}

function runCase(corpusCase: CorpusCase, context: Parameters<typeof prepareCase>[1]): CaseResult {
  const prepared = prepareCase(corpusCase, context);
  if ('unsupported' in prepared) return notRun(corpusCase, prepared.unsupported);
  const { input, trust } = prepared;
  const result = createVerifier({ trust }).appraise(input);
  const actual = actualAnswer(result, input.policy, corpusCase.expected);
  const compared = compareFacts(corpusCase.facts, result.claims);
  const agree = agrees(actual, corpusCase.expected) && compared.disagree.length === 0;
  return { ...about(corpusCase), actual, facts: compared, agree };
}

function notRun(corpusCase: CorpusCase, unsupported: string): CaseResult {
  const facts = { agree: 0, disagree: [] };
  return { ...about(corpusCase), actual: null, facts, agree: 'unsupported', unsupported };
}

function about({ id, variant, kind, expected: { verdict, reason } }: CorpusCase) {
  return { id, variant, kind, expected: { verdict, reason } };
}
