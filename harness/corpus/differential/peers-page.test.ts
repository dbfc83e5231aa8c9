import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../../product.js';
import { peersPage } from './peers-page.js';
import { ownCorpus, readQuestions } from './questions.js';

const questions = ownCorpus().flatMap((file) => readQuestions(file));

describe('PEERS.md', () => {
  it('is committed as the peers answer now', async () => {
    const committed = readFileSync(join(productRoot, 'fixtures/corpus/PEERS.md'), 'utf8');
    expect(await peersPage(questions)).toBe(committed);
  });

  it('holds an answer of every peer on the JVM to the vectors as they are', async () => {
    const page = await peersPage(questions);
    expect(page).toMatch(/\| devicecheck-appattest [\d.]+ \| app-attest-receipt \|.*\| 0 \|\n/);
  });

  it('counts an answer to a vector that has changed as none', async () => {
    const changed = questions.map((one) =>
      one.format === 'app-attest-receipt'
        ? { ...one, vector: { ...one.vector, now: '2026-06-02T00:00:00.000Z' } }
        : one,
    );
    expect(await peersPage(changed)).toMatch(/\| app-attest-receipt \| 0 \| 0 \| 0 \| 16 \|\n/);
  });

  it('cannot be made where a disagreement has no note', async () => {
    // A good assertion is called bad, and no note explains who accepts it.
    const wrong = questions.map((one) =>
      one.id === 'app-attest-assertion/passing/first'
        ? { ...one, expected: { isAccepted: false, words: 'none' } }
        : one,
    );
    await expect(peersPage(wrong)).rejects.toThrow(/node-app-attest: not one note on app-attest-/);
  });
});
