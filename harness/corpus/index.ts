export { loadManifest, manifestSchema, VECTOR_KINDS } from './manifest.js';
export type { Manifest, Vector, VectorKind } from './manifest.js';
export { runCorpus, summarise } from './run-corpus.js';
export type { CaseResult, CorpusOptions, CorpusSummary } from './run-corpus.js';
export { readVectors, type ReadVector } from './vectors/read-vectors.js';
export type { Vector as PublishedVector, VectorFile } from './vectors/schema.js';
