import { putTogether, takeApart } from '../../attacks/edit-der.js';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { KEY_DESCRIPTION_OID, parseAndroidKey } from '../../evidence/android-key/index.js';
import {
  ANDROID_KEYS,
  ANDROID_ROOT,
  ATTESTATION_SERIAL,
  extended,
  goodRecord,
  hardware,
  mintAndroidChain,
  PACKAGE,
  recordExtension,
  rootOfTrust,
} from '../minting/android-key.js';
import { NOW } from '../minting/certificate.js';
import type { TestRecord } from '../minting/key-description.js';
import { resigned, TBS } from '../minting/respoil.js';
import { testDigest } from '../minting/test-key.js';
import type { CheckId } from '../../verifier/index.js';
import { ANDROID_EXPECTED } from './android-key-expected.js';
import { draftsFor, statedAnchor, trustWith, type VectorDraft } from './draft.js';
import type { VectorTrust } from './schema.js';

type Draft = VectorDraft<'android-key'>;

const chain = mintAndroidChain();
const [leaf = new Uint8Array(), authority = new Uint8Array()] = chain;
const drafts = draftsFor<'android-key'>({
  evidence: parseAndroidKey(chain),
  expected: ANDROID_EXPECTED,
});

/** Vectors whose certificates, records or status lists are not what they should be. */
export function androidKeyMalformed(): {
  readonly trust: Readonly<Record<string, VectorTrust>>;
  readonly vectors: readonly Draft[];
} {
  return {
    trust: {
      'list-no-json': listText('{"entries":'),
      'list-odd-serial': listText('{"entries":{"xyz":{"status":"REVOKED"}}}'),
      'list-no-status': listText(
        `{"entries":{"${ATTESTATION_SERIAL}":{"reason":"SOFTWARE_FLAW"}}}`,
      ),
      'list-number': listText(`{"entries":{"${ATTESTATION_SERIAL}":{"status":1}}}`),
    },
    vectors: [...certificates(), ...lists(), ...records(), ...states()],
  };
}

function certificates(): readonly Draft[] {
  const [, , intermediate = new Uint8Array(), root = new Uint8Array()] = chain;
  const nameless = resigned(authority, {
    ...{ at: TBS.subject, part: der.integer(1), by: ANDROID_KEYS.intermediate },
  });
  const timeless = resigned(authority, {
    ...{ at: TBS.validity, by: ANDROID_KEYS.intermediate },
    part: der.sequence(der.integer(0), der.integer(1)),
  });
  return [
    broken('no-certificate', 'no certificate at all', ['well-formed'], []),
    broken(
      'seventeen',
      'seventeen certificates, more than any chain has',
      ['chain-long-enough'],
      [...new Array<Uint8Array>(13).fill(leaf), ...chain],
    ),
    broken('root-cut-off', 'the root ends a byte early', ROOT_CHECKS, [
      ...[leaf, authority, intermediate],
      root.subarray(0, -1),
    ]),
    broken(
      'issuer-no-name',
      'the issuer of the leaf is a number',
      ['names-chain'],
      [withLeafPart(TBS.issuer, der.integer(1)), ...chain.slice(1)],
    ),
    broken(
      'signature-no-bits',
      'the signature of the leaf is a number',
      ['signatures-verify'],
      [putTogether({ ...takeApart(leaf), signature: der.integer(1) }), ...chain.slice(1)],
    ),
    broken(
      'dates-no-times',
      'an authority is valid from 0 to 1',
      ['already-valid', 'not-expired'],
      [...[leaf, timeless], ...chain.slice(2)],
    ),
    broken(
      'extension-no-value',
      'the leaf’s extension has no value',
      ['record-in-leaf'],
      [
        withLeafPart(
          TBS.extensions,
          der.contextExplicit(3, der.sequence(der.sequence(der.oid(KEY_DESCRIPTION_OID)))),
        ),
        ...chain.slice(1),
      ],
    ),
    broken(
      'key-no-key',
      'the leaf certifies a number',
      ['key-matches'],
      [withLeafPart(TBS.spki, der.integer(1)), ...chain.slice(1)],
    ),
    broken(
      'authority-no-name',
      'the authority is named by a number',
      ['strongbox-certified'],
      [...[leaf, nameless], ...chain.slice(2)],
    ),
  ];
}

const ROOT_CHECKS = ['root-present', 'root-not-software', 'anchor-trusted'] as const;

function lists(): readonly Draft[] {
  const list = (trust: string, what: Pick<Draft, 'description' | 'checks'>): Draft =>
    drafts.malformed(trust, {
      ...{ ...what, trust },
      undetermined: ['android-key/revocation-list-usable'],
    });
  return [
    list('list-no-json', {
      description: 'the status list is cut off',
      checks: ['android-key/revocation-list-usable', 'android-key/revocation-list-fresh'],
    }),
    list('list-odd-serial', {
      description: 'a listed serial is no number',
      checks: ['android-key/not-revoked'],
    }),
    list('list-no-status', {
      description: 'the entry for the authority says no status',
      checks: ['android-key/not-suspended'],
    }),
    list('list-number', {
      description: 'the status of the authority is a number',
      checks: ['android-key/status-known'],
    }),
  ];
}

function records(): readonly Draft[] {
  const two = concatBytes(der.integer(0), der.integer(0));
  const garbage = mintAndroidChain({ leafExtensions: [recordExtension(der.integer(1))] });
  return [
    drafts.malformed('record-twice', {
      description: 'the leaf carries two records',
      checks: ['android-key/single-record'],
      failed: ['android-key/single-record'],
      evidence: parseAndroidKey(
        mintAndroidChain({ leafExtensions: [...goodRecord({}), ...goodRecord({})] }),
      ),
    }),
    drafts.malformed('record-number', {
      description: 'the record is a number',
      checks: ['android-key/record-well-formed'],
      failed: ['android-key/record-well-formed'],
      evidence: parseAndroidKey(garbage),
    }),
    drafts.malformed('upper-record-number', {
      description: 'the record of the key that signed the leaf is a number',
      checks: ['android-key/chain-not-extended'],
      failed: ['android-key/record-well-formed'],
      evidence: parseAndroidKey(extended(garbage, goodRecord({}))),
      expected: { ...ANDROID_EXPECTED, spki: ANDROID_KEYS.extension.spki },
      policy: 'attest-keys',
    }),
    drafts.malformed('tag-two-values', {
      description: 'an authorization tag holds two values',
      checks: ['android-key/tags-in-order', 'android-key/tags-known'],
      failed: ['android-key/record-well-formed'],
      evidence: parseAndroidKey(mintAndroidChain({ record: { hardware: hardware({ 702: two }) } })),
      policy: 'strict-tags',
    }),
    record('challenge-number', 'the challenge is a number', ['challenge-matches'], {
      challenge: der.integer(1),
    }),
    record(
      'level-3',
      'a security level that does not exist',
      ['levels-equal', 'level-sufficient'],
      {
        attestationLevel: 3,
        keyMintLevel: 3,
      },
    ),
    record('origin-bytes', 'the origin is a string of bytes', ['origin-generated'], {
      hardware: hardware({ 702: der.octetString(Uint8Array.of(0)) }),
    }),
    record('purpose-boolean', 'the purposes are truth values', ['purpose-sign'], {
      hardware: hardware({ 1: der.set(der.boolean(true)) }),
    }),
    record('all-applications-number', 'allApplications is a number', ['bound-to-application'], {
      hardware: hardware({ 600: der.integer(0) }),
    }),
  ];
}

function states(): readonly Draft[] {
  const rootWith = (locked: Uint8Array) =>
    der.sequence(der.octetString(), locked, der.enumerated(0), der.octetString());
  const signers = der.set(der.integer(1));
  const packages = der.set(der.sequence(der.octetString(utf8(PACKAGE)), der.integer(42)));
  return [
    record('root-of-trust-short', 'a root of trust of one part', ['root-of-trust-present'], {
      hardware: hardware({ 704: der.sequence(der.octetString(testDigest('verified boot key'))) }),
    }),
    record('locked-number', 'deviceLocked is a number', ['device-locked'], {
      hardware: hardware({ 704: rootWith(der.integer(1)) }),
    }),
    level('os-month-13', 'a patch level of a thirteenth month', 'os', { 706: 202_613 }),
    level('vendor-zero', 'a patch level of 0', 'vendor', { 718: 0 }),
    level('boot-april-31', 'a patch level of 31 April', 'boot', { 719: 20_260_431 }),
    record('creation-bytes', 'the time of creation is bytes', ['creation-not-ahead'], {
      software: [[701, der.octetString(Uint8Array.of(0))]],
    }),
    record('boot-state-9', 'a boot state that does not exist', ['boot-verified'], {
      hardware: hardware({ 704: rootOfTrust({ state: 9 }) }),
    }),
    record('application-id-text', 'the application id is a text', ['package-matches'], {
      software: [[709, der.octetString(utf8(PACKAGE))]],
    }),
    record('signer-number', 'a signer’s digest is a number', ['signer-matches'], {
      software: [[709, der.octetString(der.sequence(packages, signers))]],
    }),
  ];
}

type Name = CheckId extends infer Id ? (Id extends `android-key/${infer N}` ? N : never) : never;

function broken(
  slug: string,
  description: string,
  checks: readonly Name[],
  encoded: readonly Uint8Array[],
): Draft {
  return drafts.malformed(slug, {
    description,
    checks: named(checks),
    failed: ['android-key/well-formed'],
    evidence: parseAndroidKey(encoded),
  });
}

function record(
  slug: string,
  description: string,
  checks: readonly Name[],
  changes: Partial<TestRecord>,
): Draft {
  return drafts.malformed(slug, {
    description,
    checks: named(checks),
    failed: ['android-key/record-well-formed'],
    evidence: parseAndroidKey(mintAndroidChain({ record: changes })),
  });
}

function level(
  slug: string,
  description: string,
  part: 'os' | 'vendor' | 'boot',
  levels: Readonly<Record<number, number>>,
): Draft {
  const stated = { 718: 20_260_505, 719: 202_605, ...levels };
  const entries = Object.entries(stated).map(([tag, value]) => [tag, der.integer(value)] as const);
  const check: CheckId = `android-key/${part}-patch-level-sufficient`;
  return drafts.malformed(slug, {
    ...{ description, checks: [check], failed: [check], policy: 'patched' },
    evidence: parseAndroidKey(
      mintAndroidChain({ record: { hardware: hardware(Object.fromEntries(entries)) } }),
    ),
  });
}

function named(names: readonly Name[]): readonly CheckId[] {
  return names.map((name): CheckId => `android-key/${name}`);
}

function withLeafPart(at: number, part: Uint8Array): Uint8Array {
  return resigned(leaf, { at, part, by: ANDROID_KEYS.attestation });
}

function listText(list: string): VectorTrust {
  const android = [statedAnchor('corpus root', ANDROID_ROOT)];
  return trustWith({ android, revocation: { list, takenAt: NOW.toISOString() } });
}
