import { describe, expect, it } from 'vitest';
import { der } from '../../encoding/der-writer.js';
import { FORMATS } from '../formats.js';
import { LAB } from '../policies.js';
import type { AppraisalPolicy } from '../policy.js';
import { failing, withStatus } from '../result.js';
import {
  EXPECTED,
  appraise,
  lab,
  listing,
  leaf,
  attestation,
  intermediate,
  root,
  good,
  flipped,
  first,
  lookalike,
  mintSelfSigned,
  type Case,
} from '../testing/android-appraisal.js';
import {
  hardware,
  mintAndroidChain,
  mintExtension,
  newTestKey,
  recordExtension,
  rootOfTrust,
  TEST_ANCHOR,
} from '../testing/mint-android-chain.js';

describe('policy', () => {
  it('lets the anchor be found by its name and key where the root was left out', () => {
    const chain = first(leaf, attestation, intermediate);
    expect(appraise({ chain, policy: lab({ anchorByIssuer: 'allowed' }) }).verdict).toBe(
      'accepted',
    );
  });

  it('finds no anchor whose key did not sign, whatever it is called', () => {
    const impostor = { ...TEST_ANCHOR, spki: lookalike.spki };
    const result = appraise({
      chain: first(leaf, attestation, intermediate),
      policy: lab({ anchorByIssuer: 'allowed' }),
      trust: { androidAnchors: [impostor] },
    });
    expect(failing(result)).toEqual(['android-key/root-present']);
  });

  it('replaces a lookalike root by the anchor that signed', () => {
    const chain = first(leaf, attestation, intermediate, mintSelfSigned());
    expect(appraise({ chain, policy: lab({ anchorByIssuer: 'allowed' }) }).verdict).toBe(
      'accepted',
    );
  });

  it('accepts a leaf under an attest key where it allows them, and judges both records', () => {
    const policy = lab({ attestKeyChains: 'allowed' });
    const key = newTestKey();
    const attestKey = { 1: der.set(der.integer(7)) };
    const under = (changes: Readonly<Record<number, Uint8Array>>): Case => ({
      chain: [
        mintExtension(recordExtension({ record: {} }), key),
        ...mintAndroidChain({ record: { hardware: hardware({ ...attestKey, ...changes }) } }),
      ],
      expected: { ...EXPECTED, spki: key.spki },
      policy,
    });
    expect(appraise(under({})).verdict).toBe('accepted');
    const unlocked = appraise(under({ 704: rootOfTrust({ locked: false }) }));
    expect(failing(unlocked)).toEqual(['android-key/device-locked']);
  });

  it('does not take a signing key for an attest key even where it allows those', () => {
    const key = newTestKey();
    const result = appraise({
      chain: [mintExtension(recordExtension({ record: {} }), key), ...good],
      expected: { ...EXPECTED, spki: key.spki },
      policy: lab({ attestKeyChains: 'allowed' }),
    });
    expect(failing(result)).toEqual(['android-key/chain-not-extended']);
  });

  it('ignores names and suspension only where it says so', () => {
    const trust = listing({ abc: { status: 'SUSPENDED' } });
    const ignoring: AppraisalPolicy = {
      ...lab({ suspendedEntries: 'ignored' }),
      required: LAB.required.filter((id) => id !== 'android-key/not-suspended'),
    };
    expect(appraise({ trust, policy: ignoring }).verdict).toBe('accepted');
  });
});

describe('causes and consequences', () => {
  it('blocks what a record says where a signature does not hold', () => {
    const result = appraise({ chain: first(flipped(leaf, -1), attestation, intermediate, root) });
    const challenge = result.checks.find(({ id }) => id === 'android-key/challenge-matches');
    expect(challenge).toMatchObject({
      status: 'blocked',
      by: ['android-key/signatures-verify', 'android-key/record-well-formed'],
    });
  });

  it('blocks every other check where the chain does not parse', () => {
    const result = appraise({ chain: [Uint8Array.of(1, 2, 3)] });
    expect(withStatus(result, 'blocked')).toHaveLength(FORMATS['android-key'].checks.length - 1);
    expect(result.claims).toEqual({});
  });

  it('names certificate and byte of a malformation', () => {
    const result = appraise({
      chain: first(leaf, attestation?.subarray(0, 40), intermediate, root),
    });
    expect(result.checks[0]).toMatchObject({
      status: 'failed',
      actual: expect.stringMatching(/^certificate 1: .* \(at byte \d+\)$/) as string,
    });
  });
});
