import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../../product.js';
import { createVerifier, failing, FORMATS, withStatus, type Format } from '../../verifier/index.js';
import { readVectors } from './read-vectors.js';
import { runVectors } from './run-vectors.js';
import { ROLES } from './schema.js';
import { vectorFiles } from './write-vectors.js';

const files = vectorFiles();
const vectors = [...files].flatMap(([name, text]) => readVectors(JSON.parse(text), name));
const formats = Object.keys(FORMATS) as readonly Format[];

describe('the corpus', () => {
  it('has a file of vectors for every format', () => {
    expect([...files.keys()].sort()).toEqual(formats.map((format) => `${format}.json`).sort());
  });

  it.each([...files])('is committed as %s, as it is made anew', (name, text) => {
    expect(readFileSync(join(productRoot, 'fixtures', 'corpus', name), 'utf8')).toBe(text);
  });

  it('gives every vector one id', () => {
    const ids = vectors.map(({ input, vector }) => `${input.evidence.format} ${vector.id}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(formats)('has for every check of %s a vector of each role', (format) => {
    const lacking = FORMATS[format].checks.flatMap(({ id }) =>
      ROLES.filter(
        (role) =>
          !vectors.some(({ vector: { shows } }) => shows.as === role && shows.checks.includes(id)),
      ).map((role) => `${id}: ${role}`),
    );
    expect(lacking).toEqual([]);
  });
});

describe('the reference verifier answers as the corpus says:', () => {
  const named = vectors.map((read) => [read.input.evidence.format, read.vector.id, read] as const);

  it.each(named)('%s %s', (_format, _id, { vector, input, trust }) => {
    const result = createVerifier({ trust }).appraise(input);
    const { answer, shows } = vector;
    expect(failing(result)).toEqual(answer.failed);
    expect(withStatus(result, 'undetermined')).toEqual(answer.undetermined);
    expect(result.verdict).toBe(answer.verdict);
    const statuses = shows.checks.map(
      (id) => result.checks.find((check) => check.id === id)?.status,
    );
    if (shows.as === 'passing') expect(new Set(statuses)).toEqual(new Set(['passed']));
    else expect(statuses).not.toContain('passed');
    if (shows.as === 'malformed') expect(statuses).not.toContain('not-applicable');
  });
});

describe('a file of vectors', () => {
  const [[name = '', text = ''] = []] = files;

  it('names the place of a member that nobody knows', () => {
    const odd = { ...(JSON.parse(text) as object), extra: 1 };
    expect(() => readVectors(odd, name)).toThrow(/android-key\.json: .*extra/);
  });

  it('names a vector whose policy or trust set is not in the file', () => {
    const without = (member: 'policies' | 'trust') => ({
      ...(JSON.parse(text) as object),
      [member]: {},
    });
    expect(() => readVectors(without('policies'), name)).toThrow(/rkp-chain: .*no policy lab/);
    expect(() => readVectors(without('trust'), name)).toThrow(/rkp-chain: .*no trust set trusted/);
  });

  it('is run as manifests are, with every root cause counted', () => {
    const [first, ...rest] = runVectors(JSON.parse(text), name);
    expect(first).toMatchObject({ id: 'passing/rkp-chain', kind: 'android-key', agree: true });
    expect(rest.every(({ agree }) => agree === true)).toBe(true);
    const wrong = text.replace(
      '"failed": [\n          "android-key/challenge-matches"\n        ]',
      '"failed": [\n          "android-key/key-matches"\n        ]',
    );
    const disagreeing = runVectors(JSON.parse(wrong), name).filter(({ agree }) => agree !== true);
    expect(disagreeing).toMatchObject([
      {
        expected: { verdict: 'rejected', failing: ['android-key/key-matches'] },
        actual: { verdict: 'rejected', failing: ['android-key/challenge-matches'] },
      },
    ]);
  });
});
