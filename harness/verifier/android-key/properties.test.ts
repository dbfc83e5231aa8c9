import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../encoding/bytes.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { BASELINE } from '../policies.js';
import type { AppraisalPolicy } from '../policy.js';
import {
  mintAndroidChain,
  mintExtension,
  recordExtension,
  TEST_ANCHOR,
  TEST_NOW,
} from '../testing/mint-android-chain.js';
import { emptyTrust } from '../testing/test-appraisal.js';
import { createVerifier } from '../verifier.js';

const verifier = createVerifier({ trust: { ...emptyTrust, androidAnchors: [TEST_ANCHOR] } });
const good = mintAndroidChain();

// The most that policy can allow: what is refused even so is refused for good.
const LAX: AppraisalPolicy = {
  ...BASELINE,
  androidKey: {
    ...BASELINE.androidKey,
    nameChaining: 'ignored',
    anchorByIssuer: 'allowed',
    attestKeyChains: 'allowed',
    minimumLevel: 'SOFTWARE',
  },
};

function verdict(chain: readonly Uint8Array[], policy: AppraisalPolicy = LAX): string {
  const evidence = parseAndroidKey(chain);
  return verifier.appraise({ evidence, expected: {}, policy, now: TEST_NOW }).verdict;
}

describe('whatever the bytes', () => {
  it('a good chain is accepted, so that the properties below say something', () => {
    expect(verdict(good)).toBe('accepted');
    expect(verdict(good, BASELINE)).toBe('accepted');
  });

  it('random chains get a verdict and never an exception', () => {
    const chain = fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 5 });
    fc.assert(
      fc.property(chain, (certificates) => {
        expect(verdict(certificates)).toBe('rejected');
      }),
    );
  });

  it('a chain with one changed byte is never accepted', () => {
    const place = fc
      .nat(good.length - 1)
      .chain((index) => fc.tuple(fc.constant(index), fc.nat((good[index]?.length ?? 1) - 1)));
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), ([index, at], change) => {
        const chain = good.map((certificate) => Uint8Array.from(certificate));
        const changed = chain[index];
        if (changed === undefined) throw new Error('no such certificate');
        changed.set([(changed[at] ?? 0) ^ change], at);
        expect(verdict(chain, BASELINE)).not.toBe('accepted');
      }),
      { numRuns: 400 },
    );
  });

  it('no arrangement of genuine and forged certificates is accepted but the chain itself', () => {
    const [leafWithoutRecord, ...reissued] = mintAndroidChain({ record: null });
    if (leafWithoutRecord === undefined) throw new Error('a chain has a leaf');
    const forged = [
      mintExtension(recordExtension({ record: {} })),
      mintExtension([]),
      leafWithoutRecord,
    ];
    // The authorities issued anew, for the same keys: as genuine as the first ones.
    const pool = [...good, ...forged, ...reissued];
    const arrangement = fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 7 });
    const roles = good.map((certificate, role) => [certificate, ...reissued.slice(role - 1, role)]);
    const has = (role: number, certificate: Uint8Array): boolean =>
      roles[role]?.some((genuine) => equalBytes(genuine, certificate)) ?? false;
    // A root signs itself, so a chain that lists it again ends where it ended before.
    const isGood = (chain: readonly Uint8Array[]): boolean =>
      chain.length >= good.length &&
      chain.every((certificate, index) => has(Math.min(index, good.length - 1), certificate));
    fc.assert(
      fc.property(arrangement, fc.boolean(), (chain, extended) => {
        // Half of the arrangements end as a good chain does, where a random one seldom would.
        const whole = extended ? [...chain, ...good] : chain;
        fc.pre(!isGood(whole));
        expect(verdict(whole, BASELINE)).not.toBe('accepted');
      }),
      { numRuns: 400 },
    );
  });
});
