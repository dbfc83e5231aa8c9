import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../evidence/app-attest/index.js';
import { parseCsr } from '../evidence/csr/index.js';
import { playIntegrityPayload, playIntegrityToken } from '../evidence/play-integrity/index.js';
import { parseSignedRequest } from '../evidence/signed-request/index.js';
import { productRoot } from '../product.js';
import { loadTrust } from '../trust/index.js';
import { canonicalJson } from './canonical-json.js';
import type { CounterMemory } from './expected.js';
import { FORMATS } from './formats.js';
import { BASELINE, LAB } from './policies.js';
import { decodeAppraisal, encodeAppraisal } from './record.js';
import { mintAndroidChain, TEST_NOW } from './testing/mint-android-chain.js';
import { createVerifier, type AppraisalInput } from './verifier.js';

const bytes = utf8('some bytes');
const at = { policy: LAB, now: TEST_NOW };

const MEMORIES: readonly CounterMemory[] = [
  { mode: 'window', size: 64, accepted: 2n ** 64n - 1n },
  { mode: 'nonce', wasAccepted: true },
];

const INPUTS: readonly AppraisalInput[] = [
  {
    ...at,
    evidence: parseAndroidKey(mintAndroidChain()),
    expected: { challenge: bytes, spki: bytes, packageNames: ['a'], signerDigests: [] },
  },
  { ...at, evidence: parseAndroidKey([bytes]), expected: {}, policy: BASELINE },
  {
    ...at,
    evidence: parseAppAttestAttestation(bytes),
    expected: { appIds: ['T.b'], keyId: bytes, clientDataHash: bytes, validationCategories: [1] },
  },
  {
    ...at,
    evidence: parseAppAttestAssertion(bytes),
    expected: { appIds: [], publicKey: bytes, clientDataHash: bytes, previousCounter: null },
  },
  {
    ...at,
    evidence: parseAppAttestAssertion(bytes),
    expected: {
      ...{ appIds: [], publicKey: bytes, clientDataHash: bytes },
      ...{ previousCounter: 9, seenCounters: [7, 9] },
    },
    policy: { ...LAB, appAttest: { ...LAB.appAttest, counterMode: { window: 4 } } },
  },
  { ...at, evidence: parseAppAttestReceipt(bytes), expected: { maxAgeSeconds: 300 } },
  { ...at, evidence: parseCsr(bytes), expected: { nonce: bytes } },
  {
    ...at,
    evidence: playIntegrityPayload('{"a":1}'),
    expected: { requestHash: 'h', packageNames: ['a'], certificateDigests: ['d'] },
  },
  { ...at, evidence: playIntegrityToken('a.b.c.d.e'), expected: { nonce: 'n' } },
  {
    ...at,
    evidence: parseSignedRequest({
      method: 'POST',
      authority: 'api.example',
      target: '/v1/orders?a=b',
      headers: [
        ['A', '1'],
        ['A', '2'],
      ],
      body: bytes,
    }),
    expected: {
      key: {
        ...{ keyId: 'k', spki: bytes, epoch: 2n ** 64n - 1n, lastCounter: null },
        appAttest: { appIds: ['T.b'], previousCounter: 3 },
      },
      connectionKeyIds: ['k'],
    },
  },
  ...MEMORIES.map((counters): AppraisalInput => {
    const [method, authority, target] = ['GET', 'api.example', '/v1/orders'];
    const key = { keyId: 'k', spki: bytes, epoch: 1n, lastCounter: 2n ** 64n - 1n, counters };
    return {
      ...at,
      evidence: parseSignedRequest({ method, authority, target, headers: [], body: bytes }),
      expected: { key },
    };
  }),
];

const verifier = createVerifier({ trust: loadTrust(join(productRoot, 'fixtures', 'trust')) });

function throughText(input: AppraisalInput): unknown {
  return JSON.parse(JSON.stringify(encodeAppraisal(input)));
}

function problem(json: unknown): string {
  try {
    decodeAppraisal(json, 'journal.jsonl:7');
    return 'none';
  } catch (error) {
    if (error instanceof HarnessError) return error.message;
    throw error;
  }
}

describe('a recorded appraisal', () => {
  it('covers every format', () => {
    const covered = new Set(INPUTS.map(({ evidence }) => evidence.format));
    expect([...covered].sort()).toEqual(Object.keys(FORMATS).sort());
  });

  it.each(INPUTS.map((input, index) => [input.evidence.format, index, input] as const))(
    'of %s (%i) reads back equal, and appraises to the same bytes',
    (_format, _index, input) => {
      const back = decodeAppraisal(throughText(input), 'here');
      expect(back).toEqual(input);
      expect(canonicalJson(verifier.appraise(back))).toBe(canonicalJson(verifier.appraise(input)));
    },
  );

  it('is refused with file and place where it does not fit', () => {
    const [first] = INPUTS;
    if (first === undefined) throw new Error('no input');
    const good = encodeAppraisal(first);
    expect(problem(good)).toBe('none');
    expect(problem({ ...good, version: 2 })).toMatch(/^journal\.jsonl:7: version: /);
    expect(problem({ ...good, format: 'x' })).toBe('journal.jsonl:7: format: no such format');
    expect(problem({ ...good, evidence: { certificates: ['*'] } })).toMatch(
      /^journal\.jsonl:7: certificates\.0: not unpadded base64url/,
    );
    expect(problem({ ...good, expected: { chalenge: '' } })).toMatch(/chalenge/);
    expect(problem({ ...good, policy: { ...LAB, required: ['android-key/x'] } })).toMatch(
      /^journal\.jsonl:7: policy\.required\.0: no such check/,
    );
    expect(problem(null)).toMatch(/^journal\.jsonl:7: /);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order in which members were written', () => {
    const one = { b: 1, a: [{ d: null, c: 'x' }], e: undefined };
    const other = { a: [{ c: 'x', d: null }], b: 1 };
    expect(canonicalJson(one)).toBe('{"a":[{"c":"x","d":null}],"b":1}');
    expect(canonicalJson(other)).toBe(canonicalJson(one));
  });

  it('refuses what is no JSON', () => {
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
  });

  it('reads a policy of before patch levels and boot keys mattered', () => {
    const [input] = INPUTS;
    if (input === undefined) throw new Error('no input');
    const recorded = encodeAppraisal(input);
    const { minimumPatchLevel, allowedBootKeys, creationFutureWindowMs, ...older } =
      recorded.policy.androidKey;
    expect([minimumPatchLevel, allowedBootKeys, creationFutureWindowMs]).toHaveLength(3);
    const policy = { ...recorded.policy, androidKey: older };
    expect(decodeAppraisal({ ...recorded, policy }, 'here').policy).toEqual(input.policy);
  });

  it('reads a policy of before versions and device recall mattered', () => {
    const [input] = INPUTS;
    if (input === undefined) throw new Error('no input');
    const recorded = encodeAppraisal(input);
    const { minimumVersionCode, minimumSdkVersion, refusedRecallBits, ...older } =
      recorded.policy.playIntegrity;
    expect([minimumVersionCode, minimumSdkVersion, refusedRecallBits]).toHaveLength(3);
    const policy = { ...recorded.policy, playIntegrity: older };
    expect(decodeAppraisal({ ...recorded, policy }, 'here').policy).toEqual(input.policy);
  });

  it('reads a policy of before counters had windows', () => {
    const [input] = INPUTS;
    if (input === undefined) throw new Error('no input');
    const recorded = encodeAppraisal(input);
    const appAttest = { environments: recorded.policy.appAttest.environments };
    const policy = { ...recorded.policy, appAttest };
    expect(decodeAppraisal({ ...recorded, policy }, 'here').policy).toEqual(input.policy);
  });
});
