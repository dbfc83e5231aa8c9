import { describe, expect, it } from 'vitest';
import { readVectors } from '../../harness/corpus/index.js';
import { vectorFiles } from '../../harness/corpus/vectors/write-vectors.js';
import { cborTree } from './cbor-tree.js';
import { derTree } from './der-tree.js';
import { freshState, fuzzCorpus, fuzzOnce, unreached } from './fuzz.js';
import { hostileSizes } from './hostile.js';
import { mutantOf } from './mutants.js';
import { seeded } from './random.js';

const vectors = [...vectorFiles()].flatMap(([name, text]) => readVectors(JSON.parse(text), name));
const passing = vectors.filter(({ vector }) => vector.shows.as === 'passing');

describe('trees of an encoding', () => {
  it('are written as they were read', () => {
    const written = passing.flatMap(({ input: { evidence } }) => {
      if (evidence.format === 'android-key') {
        return evidence.certificates.map((bytes) => ({ bytes, codec: derTree }));
      }
      if (!('bytes' in evidence)) return [];
      const isCbor = /attestation|assertion/.test(evidence.format);
      return [{ bytes: evidence.bytes, codec: isCbor ? cborTree : derTree }];
    });
    expect(written.length).toBeGreaterThan(10);
    for (const { bytes, codec } of written) {
      const tree = codec.parse(bytes);
      expect(tree === null ? null : codec.encode(tree)).toEqual(bytes);
    }
  });
});

describe('fuzzing', () => {
  it('makes the same mutant of the same seed, and another of another', () => {
    const [origin] = vectors;
    if (origin === undefined) throw new Error('an empty corpus');
    const made = (seed: number) => mutantOf(origin, seeded(seed)).evidence;
    expect(made(3)).toEqual(made(3));
    expect(made(3)).not.toEqual(made(4));
  });

  it('finds no trouble in its first mutants, and gets far past the signatures', () => {
    const corpus = fuzzCorpus(vectors);
    const state = freshState();
    for (let iteration = 0; iteration < 250; iteration += 1) {
      fuzzOnce(corpus, { seed: 5, iteration }, state);
    }
    expect(state.troubles).toEqual([]);
    expect(state.iterations).toBe(250);
    expect(unreached(state).length).toBeLessThan(60);
  });

  it('tells of evidence that is accepted and that nobody signed as it is', () => {
    const requests = passing.filter(({ input }) => input.evidence.format === 'csr');
    const state = freshState();
    // Few mutants of a request leave it as valid as it was.
    for (let iteration = 0; iteration < 4_000 && state.troubles.length === 0; iteration += 1) {
      fuzzOnce({ vectors: requests, signed: new Set() }, { seed: 1, iteration }, state);
    }
    expect(state.troubles[0]?.what).toBe('accepted with a request that nobody signed');
  });

  it('finds no reader that hostile sizes make slow', () => {
    expect(hostileSizes()).toEqual([]);
  });
});
