import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toBase64url, toHex } from '../encoding/bytes.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { productRoot } from '../product.js';
import { mintToken, PLAY_KEYS } from '../corpus/minting/play-integrity.js';
import { createVerifier, earSchema, failing } from '../verifier/index.js';
import { answer } from './testing/examples/appraise-chain.js';
import { judgeToken } from './testing/examples/play-token.js';
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

  it('say what a Play Integrity token says, as an EAT attestation result', () => {
    const nonce = toBase64url(TEST_CHALLENGE);
    const certificateDigest = toBase64url(TEST_SIGNER);
    const token = mintToken(
      JSON.stringify({
        requestDetails: {
          ...{ requestPackageName: 'com.example.probe', nonce },
          timestampMillis: String(TEST_NOW.getTime() - 5000),
        },
        appIntegrity: {
          ...{ appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: 'com.example.probe' },
          ...{ certificateSha256Digest: [certificateDigest], versionCode: '7' },
        },
        deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
        accountDetails: { appLicensingVerdict: 'LICENSED' },
      }),
    );
    const { decryption, signing } = PLAY_KEYS;
    const spki = { key: Buffer.from(signing.spki), format: 'der', type: 'spki' } as const;
    const verificationKeyPem = createPublicKey(spki)
      .export({ format: 'pem', type: 'spki' })
      .toString();
    const keys = { decryptionKey: decryption, verificationKeyPem };
    const judged = (digest: string) =>
      judgeToken(token, { nonce, certificateDigest: digest, now: TEST_NOW }, keys);
    expect(earSchema.parse(judged(certificateDigest))).toMatchObject({
      submods: { 'play-integrity': { ear_status: 'affirming' } },
    });
    expect(earSchema.parse(judged('other'))).toMatchObject({
      submods: { 'play-integrity': { ear_status: 'contraindicated' } },
    });
  });
});
