import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64, toHex } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import {
  hardware,
  mintAndroidChain,
  rootOfTrust,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_KEYS,
  TEST_NOW,
} from '../verifier/testing/mint-android-chain.js';
import {
  APP_ID,
  createTestAppleKey,
  createTestAppleVendor,
  mintAttestation,
  MINTED_AT,
} from '../verifier/testing/mint-app-attest.js';
import { runCorpus, summarise, type CaseResult } from './run-corpus.js';

let folder = '';

const unlocked = mintAndroidChain({
  record: { hardware: hardware({ 704: rootOfTrust({ locked: false, state: 2 }) }) },
});

const inputs = {
  trustAnchors: 'root.pem',
  verificationTime: TEST_NOW.toISOString(),
  challengeHex: toHex(TEST_CHALLENGE),
  challengeSource: 'peer test',
};

const entry = {
  id: 'one',
  kind: 'android-key-attestation',
  files: ['unlocked.pem'],
  inputs,
  expected: { verdict: 'accept' } as object,
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-corpus-'));
  writeFileSync(
    join(folder, 'root.pem'),
    TEST_ANCHOR.certificates.map(encodePemCertificate).join(''),
  );
  writeFileSync(join(folder, 'unlocked.pem'), unlocked.map(encodePemCertificate).join(''));
  writeFileSync(join(folder, 'revoked.json'), '{"entries":{"0ABC":{"status":"SUSPENDED"}}}');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(
  vectors: readonly object[],
  only?: readonly string[],
): Promise<readonly CaseResult[]> {
  const manifestPath = join(folder, 'manifest.json');
  writeFileSync(manifestPath, JSON.stringify({ format: 1, vectors }));
  const results: CaseResult[] = [];
  for await (const result of runCorpus({ manifestPath, ...(only === undefined ? {} : { only }) })) {
    results.push(result);
  }
  return results;
}

async function agreementOf(expected: object, changes: object = {}): Promise<unknown> {
  const [result] = await run([{ ...entry, ...changes, expected }]);
  return result?.agree;
}

describe('a corpus run', () => {
  it('answers for an entry, its strict verdict and its variants, in this order', async () => {
    const results = await run([
      {
        ...entry,
        expected: {
          verdict: 'accept',
          strict: { verdict: 'reject', reason: 'device-unlocked' },
          variants: [
            { inputs: { challengeHex: '00' }, verdict: 'reject', reason: 'challenge-mismatch' },
            { inputs: { statusList: 'revoked.json' }, verdict: 'reject', reason: 'suspended' },
            {
              inputs: { statusList: 'revoked.json' },
              policy: { suspendedEntries: 'ignored' },
              verdict: 'accept',
            },
          ],
          facts: { deviceLocked: false, purpose: [2, 3] },
        },
      },
    ]);
    expect(results.map(({ variant, agree }) => [variant, agree])).toEqual([
      [null, true],
      ['strict', true],
      [0, true],
      [1, true],
      [2, true],
    ]);
    expect(results[1]).toEqual({
      id: 'one',
      variant: 'strict',
      kind: 'android-key-attestation',
      expected: { verdict: 'reject', reason: 'device-unlocked' },
      actual: {
        verdict: 'rejected',
        reason: 'device-unlocked',
        failing: ['android-key/device-locked', 'android-key/boot-verified'],
      },
      facts: { agree: 0, disagree: [] },
      agree: true,
    });
    expect(results[0]?.facts).toEqual({ agree: 2, disagree: [] });
    expect(summarise(results)).toEqual({ agree: 5, disagree: 0, unsupported: 0 });
  });

  it('compares no challenge that was read from the record itself', async () => {
    const [fromRecord, given] = await run([
      {
        ...entry,
        inputs: { ...inputs, challengeHex: '00', challengeSource: 'certificate' },
        expected: {
          verdict: 'accept',
          variants: [
            { inputs: { challengeHex: '00' }, verdict: 'reject', reason: 'challenge-mismatch' },
          ],
        },
      },
    ]);
    expect([fromRecord?.agree, given?.agree]).toEqual([true, true]);
  });

  it('takes nothing for something, and words for people for none of its business', async () => {
    const results = await run([
      {
        ...{ ...entry, flags: ['odd'], licence: 'Apache-2.0', peerNote: 'one accepts' },
        inputs: { ...inputs, packageName: null, mutation: 'none' },
        expected: {
          ...{ verdict: 'accept', reasonsAlso: null, strict: null },
          facts: { deviceLocked: false, mlDsaVariant: null, attestedIds: null },
          variants: [
            { verdict: 'accept', inputs: null, policy: null, note: 'the same again' },
            { verdict: 'reject', reason: 'device-unlocked', policy: { unknownTags: 'kept' } },
          ],
        },
      },
    ]);
    expect(results.map(({ agree }) => agree)).toEqual([true, true, false]);
    expect(results[0]?.facts).toEqual({ agree: 3, disagree: [] });
  });

  it('takes every setting of a format for a word of its policy', async () => {
    const [, sooner, boot] = await run([
      {
        ...entry,
        expected: {
          verdict: 'accept',
          variants: [
            {
              ...{ verdict: 'reject', reason: 'revocation-list-unavailable' },
              ...{ policy: { revocationMaxAgeDays: 1 }, inputs: { statusList: 'revoked.json' } },
              reasonsAlso: ['suspended'],
            },
            {
              verdict: 'reject',
              reason: 'security-level-software',
              policy: { minimumLevel: 'STRONG_BOX' },
            },
          ],
        },
      },
    ]);
    expect([sooner?.agree, boot?.agree]).toEqual([true, true]);
  });

  it('judges a decoded payload as one, and bytes that are no token as bad evidence', async () => {
    writeFileSync(join(folder, 'payload.json'), '{"requestDetails":{"nonce":1}}');
    writeFileSync(join(folder, 'bytes.jwe'), Uint8Array.of(0xff, 0xfe, 0));
    const keys = {
      decryptionKeyBase64: 'AAAA',
      verificationKeyBase64: toBase64(TEST_KEYS.leaf.spki),
    };
    const play = (file: string, reason: string, changes: object = {}) => ({
      ...{ id: file, kind: 'play-integrity', files: [file] },
      inputs: { verificationTime: TEST_NOW.toISOString(), ...changes },
      expected: { verdict: 'reject', reason },
    });
    const results = await run([
      play('payload.json', 'payload-malformed'),
      play('bytes.jwe', 'decryption-failed', keys),
      {
        ...play('bytes.jwe', 'decryption-failed', { ...keys, verificationKeyBase64: 'AAAA' }),
        id: 'x',
      },
    ]);
    expect(results.map(({ agree }) => agree)).toEqual([true, true, 'unsupported']);
    expect(results[2]?.unsupported).toBe('input verificationKeyBase64 is no public key');
  });

  it('judges App Attest by the anchors that a case brings', async () => {
    const vendor = createTestAppleVendor();
    const key = createTestAppleKey();
    const clientDataHash = new Uint8Array(32).fill(7);
    writeFileSync(
      join(folder, 'object.b64'),
      toBase64(mintAttestation(vendor, { key, clientDataHash })),
    );
    const roots = vendor.trust.appAttestAnchors.flatMap(({ certificates }) => certificates);
    writeFileSync(join(folder, 'apple.pem'), roots.map(encodePemCertificate).join(''));
    const attestation = {
      ...{ id: 'apple', kind: 'app-attest-attestation', files: ['object.b64'] },
      inputs: {
        ...{ appId: APP_ID, keyId: toBase64(key.keyId), trustAnchors: 'apple.pem' },
        ...{ clientDataHashHex: toHex(clientDataHash), verificationTime: MINTED_AT.toISOString() },
      },
      expected: {
        verdict: 'accept',
        variants: [
          { verdict: 'reject', reason: 'untrusted-root', inputs: { trustAnchors: 'root.pem' } },
          {
            verdict: 'reject',
            reason: 'environment-not-allowed',
            policy: { environments: ['production'] },
          },
          { verdict: 'accept', inputs: { trustAnchors: 'object.b64' } },
        ],
      },
    };
    const results = await run([attestation]);
    expect(results.map(({ agree }) => agree)).toEqual([true, true, true, 'unsupported']);
    expect(results[3]?.unsupported).toMatch(
      /^input trustAnchors is no file of certificates: object/,
    );
  });

  it('runs only the entries that are asked for', async () => {
    const results = await run([entry, { ...entry, id: 'two' }], ['two']);
    expect(results.map(({ id }) => id)).toEqual(['two']);
  });
});

describe('agreement', () => {
  it('is withheld for a wrong verdict, a wrong reason and a wrong fact', async () => {
    const strict = { verdict: 'reject', reason: 'boot-state-not-verified' };
    expect(await agreementOf({ verdict: 'reject', reason: 'device-unlocked' })).toBe(false);
    const other = await run([{ ...entry, expected: { verdict: 'accept', strict } }]);
    expect(other[1]?.agree).toBe(true);
    const wrong = { ...strict, reason: 'revoked' };
    const results = await run([{ ...entry, expected: { verdict: 'accept', strict: wrong } }]);
    expect(results[1]?.agree).toBe(false);
    const [fact] = await run([
      { ...entry, expected: { verdict: 'accept', facts: { deviceLocked: true, noSuchFact: 1 } } },
    ]);
    expect(fact).toMatchObject({
      agree: false,
      facts: { agree: 0, disagree: ['deviceLocked', 'noSuchFact'] },
    });
  });

  it('holds for a reason that is equally right', async () => {
    const strict = { verdict: 'reject', reason: 'revoked', reasonsAlso: ['device-unlocked'] };
    const results = await run([{ ...entry, expected: { verdict: 'accept', strict } }]);
    expect(results[1]).toMatchObject({ agree: true, actual: { reason: 'device-unlocked' } });
  });

  it('takes broken PEM and an absent status list for what a verifier has to refuse', async () => {
    writeFileSync(join(folder, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n');
    const broken = { files: ['broken.pem'] };
    expect(await agreementOf({ verdict: 'reject', reason: 'chain-parse' }, broken)).toBe(true);
    const absent = { inputs: { ...inputs, statusList: 'absent.json' } };
    const expected = { verdict: 'reject', reason: 'revocation-list-unavailable' };
    expect(await agreementOf(expected, absent)).toBe(true);
  });

  it('of a parse-only entry rests on its facts alone', async () => {
    const parseOnly = { inputs: { ...inputs, challengeHex: '00' }, parseOnly: true };
    const expected = { verdict: 'not-applicable', facts: { chainLength: 4 } };
    expect(await agreementOf(expected, parseOnly)).toBe(true);
    expect(await agreementOf({ ...expected, facts: { chainLength: 5 } }, parseOnly)).toBe(false);
  });
});

describe('what is not understood is unsupported, never agreement', () => {
  it.each<readonly [string, object, string]>([
    ['an input', { inputs: { ...inputs, bootKey: 'x' } }, 'input bootKey'],
    [
      'a policy word',
      {
        expected: {
          verdict: 'accept',
          variants: [{ policy: { rkp: 'required' }, verdict: 'accept' }],
        },
      },
      'policy rkp: "required"',
    ],
    [
      'a value of a policy word',
      {
        expected: {
          verdict: 'accept',
          variants: [{ policy: { tagOrder: 'x' }, verdict: 'accept' }],
        },
      },
      'policy tagOrder: "x"',
    ],
    ['a field', { demand: 1 }, 'field demand'],
    [
      'an input that is not what its name says',
      { inputs: { ...inputs, challengeHex: 'x' } },
      'input challengeHex is not encoded as its name says',
    ],
    ['an input that is missing', { inputs: {} }, 'input verificationTime is missing'],
  ])('%s', async (_what, changes, unsupported) => {
    const results = await run([{ ...entry, ...changes }]);
    expect(results.at(-1)).toMatchObject({ agree: 'unsupported', unsupported, actual: null });
  });
});

describe('a manifest is refused', () => {
  it.each<readonly [string, readonly object[], RegExp]>([
    ['where it has no vectors', [], /manifest\.json: vectors: /],
    [
      'where an entry does not fit',
      [{ ...entry, kind: 'x' }],
      /manifest\.json: vectors\.0\.kind: /,
    ],
    ['where an id comes twice', [entry, entry], /"one" is there twice/],
    ['where a file is missing', [{ ...entry, files: ['absent.pem'] }], /absent\.pem/],
  ])('%s', async (_where, vectors, message) => {
    const outcome = await run(vectors).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(HarnessError);
    expect(outcome instanceof HarnessError ? outcome.message : '').toMatch(message);
  });
});

const shared = process.env['ATTESTLAB_VECTORS'];

describe('the shared vectors (folder in ATTESTLAB_VECTORS)', () => {
  it.skipIf(shared === undefined)('agree in every case that is supported', async () => {
    const disagreeing: string[] = [];
    let agreeing = 0;
    for await (const result of runCorpus({ manifestPath: join(shared ?? '', 'manifest.json') })) {
      if (result.agree === false) disagreeing.push(`${result.id} ${String(result.variant)}`);
      if (result.agree === true) agreeing++;
    }
    expect(disagreeing).toEqual([]);
    expect(agreeing).toBeGreaterThan(200);
  });
});
