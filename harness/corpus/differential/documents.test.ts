import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../../product.js';
import { USUAL_STATUSES } from './adapters/http.js';
import { adapterResultSchema, adapterVectorSchema, type Answer } from './protocol.js';

const text = readFileSync(join(productRoot, 'fixtures/corpus/ADAPTERS.md'), 'utf8');

describe('ADAPTERS.md', () => {
  const [vector, result] = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
    ([, json = '']) => JSON.parse(json.replace('MIH...', 'MIH')) as unknown,
  );

  it('shows a vector and a result that fit their schemas', () => {
    const { id } = adapterVectorSchema.parse(vector);
    expect(adapterResultSchema.parse(result).id).toBe(id);
  });

  it.each([
    ['accepted', /([\d, and]+) accept,/],
    ['rejected', /([\d, and]+) reject,/],
    ['unsupported', /([\d, and]+) is `unsupported`/],
  ] as const)('names the statuses that mean %s', (verdict: Answer['verdict'], listed) => {
    const named = [...(listed.exec(text)?.[1] ?? '').matchAll(/\d+/g)].map(([code]) =>
      Number(code),
    );
    const meant = [...USUAL_STATUSES].filter(([, one]) => one === verdict).map(([code]) => code);
    expect(named).toEqual(meant);
  });
});
