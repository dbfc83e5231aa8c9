import { describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { earOf, earSchema, TRUSTWORTHINESS } from './ear.js';
import { FORMATS } from './formats.js';
import { LAB } from './policies.js';
import {
  hardware,
  mintAndroidChain,
  rootOfTrust,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_NOW,
  type ChainChanges,
} from './testing/mint-android-chain.js';
import { emptyTrust } from './testing/test-appraisal.js';
import { createVerifier } from './verifier.js';

function ear(changes: ChainChanges = {}, { trusted = true, challenge = TEST_CHALLENGE } = {}) {
  const verifier = createVerifier({
    trust: {
      ...emptyTrust,
      androidAnchors: trusted ? [TEST_ANCHOR] : [],
      revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
    },
  });
  const required = LAB.required.filter(
    (id) => !/key-matches|package-matches|signer-matches/.test(id),
  );
  const result = verifier.appraise({
    evidence: parseAndroidKey(mintAndroidChain(changes)),
    expected: { challenge },
    policy: { ...LAB, required },
    now: TEST_NOW,
  });
  const claims = earOf(result);
  expect(earSchema.parse(claims)).toEqual(claims);
  const appraisal = claims.submods['android-key'];
  if (appraisal === undefined) throw new Error('no appraisal');
  return { claims, ...appraisal, vector: appraisal.ear_trustworthiness_vector };
}

describe('an EAT attestation result', () => {
  it('says of a good chain what was seen, and nothing of what runs', () => {
    const { claims } = ear();
    expect(claims).toEqual({
      eat_profile: 'tag:ietf.org,2026:rats/ear#04',
      iat: TEST_NOW.getTime() / 1000,
      ear_verifier_id: {
        developer: 'attestlab',
        build: expect.stringMatching(/^attestlab \d/) as string,
      },
      submods: {
        'android-key': {
          ear_status: 'affirming',
          ear_trustworthiness_vector: {
            'instance-identity': 2,
            configuration: 2,
            executables: 2,
            'file-system': 0,
            hardware: 2,
            'runtime-opaque': 0,
            'storage-opaque': 2,
            'sourced-data': 0,
          },
          ear_appraisal_policy_ids: ['lab'],
          attestlab: { verdict: 'accepted', failed: [], undetermined: [] },
        },
      },
    });
  });

  it.each([
    ['an unlocked phone', { 704: rootOfTrust({ locked: false }) }, 'configuration', 96],
    ['a system of the owner’s', { 704: rootOfTrust({ state: 1 }) }, 'executables', 33],
  ] as const)('contraindicates %s', (_what, tags, claim, value) => {
    const { ear_status: status, vector } = ear({ record: { hardware: hardware(tags) } });
    expect(status).toBe('contraindicated');
    expect(vector).toMatchObject({ [claim]: value, hardware: 2, 'runtime-opaque': 0 });
  });

  it('tells an unknown root, and another instance, apart', () => {
    expect(ear({}, { trusted: false }).vector).toMatchObject({
      hardware: 97,
      'instance-identity': 2,
    });
    expect(ear({}, { challenge: utf8('another') }).vector).toMatchObject({
      hardware: 2,
      'instance-identity': 97,
    });
  });

  it('says nothing of what could not be looked at', () => {
    const { ear_status: status, vector, attestlab } = ear({ recordBytes: utf8('no record') });
    expect(status).toBe('contraindicated');
    expect(vector).toMatchObject({ configuration: 0, executables: 0, 'storage-opaque': 0 });
    expect(attestlab.failed).toEqual(['android-key/record-well-formed']);
  });

  it('maps checks that exist, each once', () => {
    const known = new Set<string>(
      Object.values(FORMATS).flatMap(({ checks }) => checks.map(({ id }) => id)),
    );
    const mapped = TRUSTWORTHINESS.flatMap(({ checks }) => checks);
    expect(mapped.filter((id) => !known.has(id))).toEqual([]);
    expect(new Set(mapped).size).toBe(mapped.length);
  });
});
