import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { parseRevocationList, type TrustSet } from '../../trust/index.js';
import type { AndroidKeyExpected } from '../expected.js';
import { FORMATS } from '../formats.js';
import { BASELINE, LAB, STRICT } from '../policies.js';
import type { AndroidKeyPolicy, AppraisalPolicy } from '../policy.js';
import { failing, withStatus } from '../result.js';
import {
  applicationId,
  encodeRecord,
  GOOD_RECORD,
  hardware,
  mintAndroidChain,
  mintExtension,
  newTestKey,
  recordExtension,
  rootOfTrust,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_KEYS,
  TEST_NOW,
  TEST_SIGNER,
  type ChainChanges,
} from '../testing/mint-android-chain.js';
import { emptyTrust } from '../testing/test-appraisal.js';
import { createVerifier } from '../verifier.js';

const EXPECTED: AndroidKeyExpected = {
  challenge: TEST_CHALLENGE,
  packageNames: ['com.example.probe'],
  signerDigests: [toHex(TEST_SIGNER)],
  spki: TEST_KEYS.leaf.spki,
};

const TRUST: TrustSet = {
  ...emptyTrust,
  androidAnchors: [TEST_ANCHOR],
  revocation: parseRevocationList('{"entries":{}}', TEST_NOW.getTime()),
};

interface Case {
  readonly chain?: readonly Uint8Array[];
  readonly changes?: ChainChanges;
  readonly expected?: AndroidKeyExpected;
  readonly trust?: Partial<TrustSet>;
  readonly policy?: AppraisalPolicy;
  readonly now?: Date;
}

function appraise(test: Case) {
  const chain = test.chain ?? mintAndroidChain(test.changes);
  return createVerifier({ trust: { ...TRUST, ...test.trust } }).appraise({
    evidence: parseAndroidKey(chain),
    expected: test.expected ?? EXPECTED,
    policy: test.policy ?? LAB,
    now: test.now ?? TEST_NOW,
  });
}

function lab(changes: Partial<AndroidKeyPolicy>): AppraisalPolicy {
  return { ...LAB, androidKey: { ...LAB.androidKey, ...changes } };
}

function listing(entries: object, takenAtMs: number | null = TEST_NOW.getTime()) {
  return { revocation: parseRevocationList(JSON.stringify({ entries }), takenAtMs) };
}

const DAY_MS = 86_400_000;
const [leaf, attestation, intermediate, root] = mintAndroidChain();
const good = [leaf, attestation, intermediate, root].flatMap((certificate) => certificate ?? []);

function flipped(bytes: Uint8Array | undefined, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes ?? []);
  copy.set([(copy.at(at) ?? 0) ^ 1], at < 0 ? copy.length + at : at);
  return copy;
}

function first(...certificates: readonly (Uint8Array | undefined)[]): readonly Uint8Array[] {
  return certificates.flatMap((certificate) => certificate ?? []);
}

describe('a good chain', () => {
  it('is accepted under every policy, with every required check passed', () => {
    for (const policy of [BASELINE, STRICT, LAB]) {
      const result = appraise({ policy });
      expect(failing(result)).toEqual([]);
      expect(result.verdict).toBe('accepted');
    }
    expect(withStatus(appraise({}), 'not-applicable')).toEqual([
      'android-key/tags-in-order',
      'android-key/tags-known',
      'android-key/strongbox-certified',
      'android-key/os-patch-level-sufficient',
      'android-key/vendor-patch-level-sufficient',
      'android-key/boot-patch-level-sufficient',
      'android-key/creation-not-ahead',
    ]);
  });

  it('lists every check of the format in its fixed order', () => {
    expect(appraise({}).checks.map(({ id }) => id)).toEqual(
      FORMATS['android-key'].checks.map(({ id }) => id),
    );
  });

  it('passes after its factory certificates expired, since their vendor cannot renew them', () => {
    const policy = { ...LAB, androidKey: { ...LAB.androidKey, revocationMaxAgeDays: 20_000 } };
    const now = new Date('2040-01-01T00:00:00Z');
    expect(appraise({ changes: { provisioning: 'factory' }, now, policy }).verdict).toBe(
      'accepted',
    );
  });

  it('passes with an authority that says nothing of being one, as a quarter of genuine chains', () => {
    const changes: ChainChanges = {
      attestationName: [{ oid: NAME_OID.commonName, value: 'no authority' }],
    };
    expect(appraise({ changes }).verdict).toBe('accepted');
  });

  it('passes where it claims StrongBox and its authority is named for it', () => {
    const changes: ChainChanges = {
      record: { attestationLevel: 2, keyMintLevel: 2 },
      attestationName: [
        { oid: NAME_OID.organization, value: 'StrongBox' },
        { oid: NAME_OID.commonName, value: 'attestation' },
      ],
    };
    const result = appraise({ changes });
    expect(withStatus(result, 'passed')).toContain('android-key/strongbox-certified');
    expect(result.verdict).toBe('accepted');
  });
});

const RECENT: AndroidKeyPolicy['minimumPatchLevel'] = {
  os: { maxAgeDays: 90 },
  vendor: { maxAgeDays: 90 },
  boot: { notBefore: '2026-03' },
};
const applicationOfGood = GOOD_RECORD.software.filter(([tag]) => tag === 709);
const twoSignerDigests = [TEST_SIGNER, new Uint8Array(32).fill(8)];
const lookalike = newTestKey();

// Each case changes one thing, and states the exact set of checks that must fail for it.
const REJECTED: readonly (readonly [rule: string, test: Case, failing: readonly string[]])[] = [
  [
    'a byte after the leaf',
    {
      chain: first(
        concatBytes(leaf ?? new Uint8Array(), Uint8Array.of(0)),
        attestation,
        intermediate,
        root,
      ),
    },
    ['well-formed'],
  ],
  ['no certificate at all', { chain: [] }, ['well-formed']],
  [
    'a certificate that is cut off',
    { chain: first(leaf?.subarray(0, -1), attestation, intermediate, root) },
    ['well-formed'],
  ],
  ['a chain without its root', { chain: first(leaf, attestation, intermediate) }, ['root-present']],
  ['a lone leaf', { chain: first(leaf) }, ['chain-long-enough', 'root-present']],
  [
    'a chain in the wrong order',
    { chain: [...good].reverse(), expected: {} },
    ['root-present', 'names-chain', 'signatures-verify', 'record-in-leaf'],
  ],
  [
    'a chain with a certificate left out',
    { chain: first(leaf, intermediate, root) },
    ['names-chain', 'signatures-verify'],
  ],
  [
    "a changed byte in the leaf's signature",
    { chain: first(flipped(leaf, -1), attestation, intermediate, root) },
    ['signatures-verify'],
  ],
  [
    "a changed byte in the root's signature",
    { chain: first(leaf, attestation, intermediate, flipped(root, -1)) },
    ['signatures-verify'],
  ],
  ['a root that nobody trusts', { trust: { androidAnchors: [] } }, ['anchor-trusted']],
  [
    'a root whose private key is published',
    { trust: { androidAnchors: [], knownSoftwareRoots: [TEST_ANCHOR] } },
    ['root-not-software'],
  ],
  [
    'an authority that is not valid yet',
    { changes: { attestationNotBeforeMs: TEST_NOW.getTime() + 1000 } },
    ['already-valid'],
  ],
  [
    'a provisioned authority that expired',
    { changes: { attestationNotAfterMs: TEST_NOW.getTime() - 1000 } },
    ['not-expired'],
  ],
  ['a revoked serial', { trust: listing({ abc: { status: 'REVOKED' } }) }, ['not-revoked']],
  [
    'a revoked serial in upper case with leading zeros',
    { trust: listing({ '00ABC': { status: 'REVOKED' } }) },
    ['not-revoked'],
  ],
  ['a suspended serial', { trust: listing({ abc: { status: 'SUSPENDED' } }) }, ['not-suspended']],
  [
    'a status word that nobody knows',
    { trust: listing({ abc: { status: 'WITHDRAWN' } }) },
    ['status-known'],
  ],
  ['a leaf without record', { changes: { record: null } }, ['record-in-leaf']],
  [
    'a leaf signed by an attested key, with a record of its choice',
    {
      chain: [mintExtension(recordExtension({ record: {} })), ...good],
      expected: { challenge: TEST_CHALLENGE },
    },
    ['single-record', 'chain-not-extended'],
  ],
  [
    'a leaf without record signed by an attested key',
    { chain: [mintExtension([]), ...good], expected: { challenge: TEST_CHALLENGE } },
    ['record-in-leaf', 'chain-not-extended'],
  ],
  [
    'an attest-key chain where policy refuses them',
    {
      chain: [
        mintExtension(recordExtension({ record: {} })),
        ...mintAndroidChain({ record: { hardware: hardware({ 1: der.set(der.integer(7)) }) } }),
      ],
      expected: {},
    },
    ['single-record'],
  ],
  [
    'bytes after the record',
    { changes: { recordBytes: concatBytes(encodeRecord(GOOD_RECORD), Uint8Array.of(5, 0)) } },
    ['record-well-formed'],
  ],
  [
    'a record that is a number',
    { changes: { recordBytes: der.integer(1) } },
    ['record-well-formed'],
  ],
  [
    'a tag that comes twice',
    {
      changes: {
        record: {
          hardware: [
            ...hardware({ 704: null }),
            [704, rootOfTrust({ locked: false })],
            [704, rootOfTrust()],
          ],
        },
      },
    },
    ['record-well-formed'],
  ],
  [
    'a security level that does not exist',
    { changes: { record: { attestationLevel: 3 } } },
    ['record-well-formed'],
  ],
  [
    'unsorted tags where policy wants order',
    {
      changes: { record: { hardware: [...hardware()].reverse() } },
      policy: lab({ tagOrder: 'required' }),
    },
    ['tags-in-order'],
  ],
  [
    'an unknown tag where policy rejects them',
    {
      changes: { record: { hardware: hardware({ 1000: der.null() }) } },
      policy: lab({ unknownTags: 'rejected' }),
    },
    ['tags-known'],
  ],
  [
    'a challenge that differs in the last byte',
    { expected: { ...EXPECTED, challenge: flipped(TEST_CHALLENGE, -1) } },
    ['challenge-matches'],
  ],
  [
    'a challenge that is longer by a byte',
    { expected: { ...EXPECTED, challenge: concatBytes(TEST_CHALLENGE, Uint8Array.of(0)) } },
    ['challenge-matches'],
  ],
  [
    'another key than the one presented',
    { expected: { ...EXPECTED, spki: newTestKey().spki } },
    ['key-matches'],
  ],
  ['levels that differ', { changes: { record: { keyMintLevel: 2 } } }, ['levels-equal']],
  [
    'a software key',
    { changes: { record: { attestationLevel: 0, keyMintLevel: 0 } } },
    ['level-sufficient'],
  ],
  [
    'a TEE key where policy wants StrongBox',
    { policy: lab({ minimumLevel: 'STRONG_BOX' }) },
    ['level-sufficient'],
  ],
  [
    'a StrongBox claim under an authority for the TEE',
    { changes: { record: { attestationLevel: 2, keyMintLevel: 2 } } },
    ['strongbox-certified'],
  ],
  [
    'an imported key',
    { changes: { record: { hardware: hardware({ 702: der.integer(2) }) } } },
    ['origin-generated'],
  ],
  [
    'an origin that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 702: null }),
          software: [...GOOD_RECORD.software, [702, der.integer(0)]],
        },
      },
    },
    ['origin-generated'],
  ],
  [
    'a key that may not sign',
    { changes: { record: { hardware: hardware({ 1: der.set(der.integer(0), der.integer(1)) }) } } },
    ['purpose-sign'],
  ],
  [
    'a key for all applications',
    { changes: { record: { hardware: hardware({ 600: der.null() }) } } },
    ['bound-to-application'],
  ],
  [
    'no root of trust',
    { changes: { record: { hardware: hardware({ 704: null }) } } },
    ['root-of-trust-present'],
  ],
  [
    'a root of trust that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 704: null }),
          software: [...GOOD_RECORD.software, [704, rootOfTrust()]],
        },
      },
    },
    ['root-of-trust-present'],
  ],
  [
    'an unlocked phone',
    { changes: { record: { hardware: hardware({ 704: rootOfTrust({ locked: false }) }) } } },
    ['device-locked'],
  ],
  [
    'a system that its owner signed',
    { changes: { record: { hardware: hardware({ 704: rootOfTrust({ state: 1 }) }) } } },
    ['boot-verified'],
  ],
  [
    'no patch levels where policy wants them',
    {
      changes: { record: { hardware: hardware({ 706: null, 718: null, 719: null }) } },
      policy: lab({ minimumPatchLevel: RECENT }),
    },
    ['os-patch-level-sufficient', 'vendor-patch-level-sufficient', 'boot-patch-level-sufficient'],
  ],
  [
    'patch levels that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 706: null }),
          software: [...GOOD_RECORD.software, [706, der.integer(202_606)]],
        },
      },
      policy: lab({ minimumPatchLevel: { ...RECENT, vendor: null, boot: null } }),
    },
    ['os-patch-level-sufficient'],
  ],
  [
    'a key that was made a millisecond too late',
    {
      changes: {
        record: {
          software: [[701, der.integer(TEST_NOW.getTime() + 1001)], ...applicationOfGood],
        },
      },
      policy: lab({ creationFutureWindowMs: 1000 }),
    },
    ['creation-not-ahead'],
  ],
  [
    'another package',
    { expected: { ...EXPECTED, packageNames: ['com.example.other'] } },
    ['package-matches'],
  ],
  [
    'no application id',
    { changes: { record: { software: [] } } },
    ['package-matches', 'signer-matches'],
  ],
  ['another signer', { expected: { ...EXPECTED, signerDigests: ['00'] } }, ['signer-matches']],
  [
    'a second signer that is not ours',
    {
      changes: {
        record: { software: [[709, applicationId(['com.example.probe'], twoSignerDigests)]] },
      },
    },
    ['signer-matches'],
  ],
  [
    'a package list without signers',
    { changes: { record: { software: [[709, applicationId(['com.example.probe'], [])]] } } },
    ['signer-matches'],
  ],
];

describe('a chain is rejected for', () => {
  it.each(REJECTED)('%s', (_rule, test, expected) => {
    const result = appraise(test);
    expect(failing(result)).toEqual(expected.map((id) => `android-key/${id}`));
    expect(result.verdict).toBe('rejected');
  });

  it('exactly the checks that this table names, each at least once', () => {
    const named = new Set(REJECTED.flatMap(([, , ids]) => ids.map((id) => `android-key/${id}`)));
    // Both of these lack data to decide with; they are never failed.
    const undecided = ['android-key/revocation-list-usable', 'android-key/revocation-list-fresh'];
    const all = FORMATS['android-key'].checks.map(({ id }) => id);
    expect(all.filter((id) => !named.has(id))).toEqual(undecided);
  });

  it('a lookalike of the root with another key', () => {
    const chain = mintAndroidChain();
    const forged = mintSelfSigned();
    const result = appraise({ chain: first(...chain.slice(0, 3), forged) });
    expect(failing(result)).toEqual([
      'android-key/signatures-verify',
      'android-key/anchor-trusted',
    ]);
  });
});

function mintSelfSigned(): Uint8Array {
  // Only the key differs: subject, dates and extensions are the trusted root's own.
  const [, , , genuine] = mintAndroidChain();
  const spki = TEST_KEYS.root.spki;
  const bytes = Uint8Array.from(genuine ?? []);
  const at = Buffer.from(bytes).indexOf(spki);
  bytes.set(lookalike.spki, at);
  return bytes;
}

describe('an open question is never an acceptance', () => {
  const OPEN: readonly (readonly [string, Case, string])[] = [
    ['no status list', { trust: { revocation: null } }, 'revocation-list-usable'],
    [
      'an unreadable status list',
      { trust: { revocation: parseRevocationList('{', 0) } },
      'revocation-list-usable',
    ],
    [
      'a status list with one bad entry',
      { trust: listing({ xyz: { status: 'REVOKED' } }) },
      'revocation-list-usable',
    ],
    ['a status list of unknown age', { trust: listing({}, null) }, 'revocation-list-fresh'],
    [
      'a status list of eight days',
      { trust: listing({}, TEST_NOW.getTime() - 8 * DAY_MS) },
      'revocation-list-fresh',
    ],
  ];

  it.each(OPEN)('%s', (_rule, test, id) => {
    const result = appraise(test);
    expect(withStatus(result, 'undetermined')).toEqual([`android-key/${id}`]);
    expect(result.verdict).toBe('indeterminate');
  });

  it.each(['challenge', 'spki', 'packageNames', 'signerDigests'] as const)(
    'a run that compares no %s',
    (name) => {
      const expected = Object.fromEntries(
        Object.entries(EXPECTED).filter(([member]) => member !== name),
      );
      expect(appraise({ expected }).verdict).toBe('indeterminate');
    },
  );

  it('a trust set without anchors', () => {
    expect(appraise({ trust: { androidAnchors: [] } }).verdict).toBe('rejected');
  });
});

describe('a chain that lists its root twice', () => {
  // The root's name has a serialNumber, as that of a factory's authority: taken for one, it would
  // make the chain one whose expiry is ignored.
  it('ends where it ended before, so an expired provisioned authority stays expired', () => {
    const expired = mintAndroidChain({ attestationNotAfterMs: TEST_NOW.getTime() - 1000 });
    const twice = first(...expired, root);
    expect(failing(appraise({ chain: twice }))).toEqual(['android-key/not-expired']);
    expect(appraise({ chain: twice }).claims).toMatchObject({ provisioning: 'rkp' });
  });

  it('is accepted where it was accepted, if every copy is signed', () => {
    expect(appraise({ chain: first(...good, root) }).verdict).toBe('accepted');
    expect(failing(appraise({ chain: first(...good, flipped(root, -1)) }))).toEqual([
      'android-key/signatures-verify',
    ]);
  });

  it('is no longer for it: a lone root twice is too short', () => {
    expect(failing(appraise({ chain: first(root, root), expected: {} }))).toContain(
      'android-key/chain-long-enough',
    );
  });
});

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
