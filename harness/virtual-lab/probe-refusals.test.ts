import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64url, toBase64url, utf8Text } from '../encoding/bytes.js';
import { inlineLink } from '../probe/deep-link.js';
import { ELEMENTS } from '../probe/limits.js';
import { answerSchema, stateSchema, type ProbeAnswer } from '../probe/protocol.js';
import { productRoot } from '../product.js';
import { IPHONE, PIXEL, startTestLab, type TestLab } from './testing/lab.js';

// The committed file, as every other implementer reads it.
const file = join(productRoot, 'native-probes', 'protocol', 'vectors.json');
const { refusals } = z
  .object({
    refusals: z.object({
      secret: z.string(),
      requests: z.array(
        z.object({
          name: z.string(),
          platform: z.enum(['android', 'ios']).optional(),
          json: z.string(),
          id: z.string(),
          code: z.string(),
        }),
      ),
    }),
  })
  .parse(JSON.parse(readFileSync(file, 'utf8')));

async function answerTo({ phone, transport }: TestLab, json: string): Promise<ProbeAnswer> {
  await transport.openDeepLink(inlineLink(json) ?? '');
  const text = (id: string) =>
    phone.screen().find(({ accessibilityId }) => accessibilityId === id)?.text ?? '';
  while (stateSchema.parse(JSON.parse(text(ELEMENTS.state))).state === 'busy') {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const chunk = fromBase64url(text(ELEMENTS.page).split(' ')[2] ?? '') ?? new Uint8Array();
  return answerSchema.parse(JSON.parse(utf8Text(chunk) ?? ''));
}

describe.each([PIXEL, IPHONE])('the refusals of the vectors on $platform', (spec) => {
  const requests = refusals.requests.filter(({ platform = spec.platform }) => {
    return platform === spec.platform;
  });

  it('are all shown, with their code and under their id', async () => {
    const lab = await startTestLab(spec);
    try {
      const args = { minVersion: 1, maxVersion: 1 };
      const shown = [];
      for (const [index, { name, json }] of requests.entries()) {
        // An answer in between, or one that stays on the screen would pass for the next.
        const id = toBase64url(new Uint8Array(16).fill(index + 1));
        const hello = { v: 1, id, secret: refusals.secret, command: 'hello', args };
        expect(await answerTo(lab, JSON.stringify(hello))).toMatchObject({ ok: true, id });
        const answer = await answerTo(lab, json);
        shown.push({ name, id: answer.id, code: answer.ok ? 'none' : answer.error.code });
      }
      expect(shown).toEqual(requests.map(({ name, id, code }) => ({ name, id, code })));
    } finally {
      await lab.close();
    }
  });
});
