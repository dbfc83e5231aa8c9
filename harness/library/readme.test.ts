import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../encoding/bytes.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { productRoot } from '../product.js';
import { createVerifier, failing } from '../verifier/index.js';
import { answer } from './testing/examples/appraise-chain.js';
import { explain } from './testing/examples/explain.js';
import { OURS } from './testing/examples/own-policy.js';
import {
  mintAndroidChain,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_KEYS,
  TEST_NOW,
  TEST_SIGNER,
} from '../verifier/testing/mint-android-chain.js';
import { emptyTrust } from '../verifier/testing/test-appraisal.js';

const folder = join(productRoot, 'harness', 'library');
const examples = join(folder, 'testing', 'examples');

describe('the examples of the verifier’s README', () => {
  it('are the ones that are compiled and run here', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);
    const files = readdirSync(examples).map((name) => readFileSync(join(examples, name), 'utf8'));
    expect([...shown].sort()).toEqual(files.sort());
  });

  it('refuse a chain under a root that no vendor has', () => {
    const sent = { chain: mintAndroidChain(), spki: TEST_KEYS.leaf.spki };
    const known = { challenge: TEST_CHALLENGE, signerDigest: toHex(TEST_SIGNER) };
    const status = { statusList: '{"entries":{}}', fetchedAtMs: TEST_NOW.getTime() };
    expect(answer(sent, known, status)).toBe('refused: android-key/anchor-trusted');
  });

  it('change a policy, and explain what it refuses', () => {
    const result = createVerifier({
      trust: { ...emptyTrust, androidAnchors: [TEST_ANCHOR] },
    }).appraise({
      evidence: parseAndroidKey(mintAndroidChain()),
      expected: {},
      policy: OURS,
      now: TEST_NOW,
    });
    expect(failing(result)).toEqual(['android-key/level-sufficient']);
    expect(explain(result)).toEqual([
      expect.stringMatching(
        /^android-key\/level-sufficient: found TRUSTED_ENVIRONMENT\. .*Without it: /,
      ),
    ]);
  });
});
