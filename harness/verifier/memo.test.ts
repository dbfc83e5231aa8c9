import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { parseRevocationList } from '../trust/index.js';
import { canonicalJson } from './canonical-json.js';
import { createSignatureMemo, memoKey, type SignatureMemo } from './memo.js';
import { BASELINE } from './policies.js';
import { mintAndroidChain, TEST_ANCHOR, TEST_NOW } from './testing/mint-android-chain.js';
import { emptyTrust } from './testing/test-appraisal.js';
import { createVerifier } from './verifier.js';

const trust = {
  ...emptyTrust,
  androidAnchors: [TEST_ANCHOR],
  revocation: parseRevocationList('{"entries":{}}', TEST_NOW.getTime()),
};

describe('a memo of good signatures', () => {
  it('forgets the entry that was longest unused once it is full', () => {
    const memo = createSignatureMemo(2);
    memo.add('a');
    memo.add('b');
    expect(memo.has('a')).toBe(true);
    memo.add('c');
    expect([memo.has('a'), memo.has('b'), memo.has('c')]).toEqual([true, false, true]);
  });

  it('keys an entry by the exact certificate and the exact key', () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
    const keys = [memoKey(one, two), memoKey(two, one), memoKey(one, one), memoKey(two, two)];
    expect(new Set(keys).size).toBe(4);
  });

  it('loads a key once, by its exact bytes, and forgets it like a signature', () => {
    const { publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const memo = createSignatureMemo(2);
    const loaded: number[] = [];
    const ask = (byte: number) =>
      memo.publicKey(Uint8Array.of(byte), ([first]) => {
        loaded.push(first ?? -1);
        return first === 0 ? null : key;
      });
    expect([ask(1), ask(1), ask(2), ask(1), ask(3), ask(1), ask(2)].every((k) => k === key)).toBe(
      true,
    );
    expect(loaded).toEqual([1, 2, 3, 2]);
    // What does not load is asked again: only what was found good is kept.
    expect([ask(0), ask(0)]).toEqual([null, null]);
    expect(loaded.slice(4)).toEqual([0, 0]);
  });

  it('changes no result, good or bad', () => {
    const [leaf, attestation, ...upper] = mintAndroidChain();
    const tampered = Uint8Array.from(attestation ?? []);
    tampered.set([(tampered.at(-1) ?? 0) ^ 1], tampered.length - 1);
    const chains = [mintAndroidChain(), [leaf ?? tampered, tampered, ...upper], mintAndroidChain()];
    const memo = createSignatureMemo();
    for (const chain of [...chains, ...chains]) {
      const input = {
        evidence: parseAndroidKey(chain),
        expected: {},
        policy: BASELINE,
        now: TEST_NOW,
      };
      const cold = createVerifier({ trust }).appraise(input);
      const warm = createVerifier({ trust, memo }).appraise(input);
      expect(canonicalJson(warm)).toBe(canonicalJson(cold));
    }
  });

  it('remembers authorities and never a leaf', () => {
    const seen: string[] = [];
    const memo: SignatureMemo = {
      has: () => false,
      add: (key) => seen.push(key),
      publicKey: (spki, load) => load(spki),
    };
    const evidence = parseAndroidKey(mintAndroidChain());
    createVerifier({ trust, memo }).appraise({
      evidence,
      expected: {},
      policy: BASELINE,
      now: TEST_NOW,
    });
    const [leaf, attestation] = evidence.certificates;
    // The root is an anchor's own certificate, which the trust set stands for.
    expect(seen).toHaveLength(2);
    if (leaf === undefined || attestation === undefined || !evidence.parsed.ok) throw new Error();
    const spkis = evidence.parsed.value.certificates.map(({ spki }) => spki);
    expect(seen).not.toContain(memoKey(leaf, spkis[1] ?? new Uint8Array()));
    expect(seen).toContain(memoKey(attestation, spkis[2] ?? new Uint8Array()));
  });
});
