import { toHex } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { LAB, type AppraisalPolicy } from '../../verifier/index.js';
import type { AndroidKeyPolicy } from '../../verifier/policy.js';
import {
  GOOD_RECORD,
  hardware,
  mintAndroidChain,
  rootOfTrust,
  type ChainChanges,
} from '../minting/android-key.js';
import { NOW } from '../minting/certificate.js';
import type { Authorization } from '../minting/key-description.js';
import { testDigest } from '../minting/test-key.js';
import { ANDROID_EXPECTED } from './android-key-expected.js';
import { draftsFor, lab, type Given, type VectorDraft } from './draft.js';

type Draft = VectorDraft<'android-key'>;

const DAY_MS = 86_400_000;

const drafts = draftsFor<'android-key'>({
  evidence: parseAndroidKey(mintAndroidChain()),
  expected: ANDROID_EXPECTED,
});

function minted(changes: ChainChanges): Pick<Given<'android-key'>, 'evidence'> {
  return { evidence: parseAndroidKey(mintAndroidChain(changes)) };
}

const PATCH_LEVELS = [
  'android-key/os-patch-level-sufficient',
  'android-key/vendor-patch-level-sufficient',
  'android-key/boot-patch-level-sufficient',
] as const;

const PATCHED = { 718: der.integer(20_260_505), 719: der.integer(202_605) };

function createdAt(ms: number): readonly Authorization[] {
  return [[701, der.integer(ms)], ...GOOD_RECORD.software.slice(1)];
}

const passing: readonly Draft[] = [
  drafts.passing('patched', {
    description: 'patch levels as new as policy demands: by age, by day and by month',
    checks: PATCH_LEVELS,
    ...minted({ record: { hardware: hardware(PATCHED) } }),
    policy: 'patched',
  }),
  drafts.passing('creation-in-window', {
    description: 'a key that says it was made a minute from now, where policy allows five',
    checks: ['android-key/creation-not-ahead'],
    ...minted({ record: { software: createdAt(NOW.getTime() + 60_000) } }),
    policy: 'creation-window',
  }),
  drafts.passing('own-system', {
    description: 'a system that its owner signed with a boot key that policy names',
    checks: ['android-key/boot-verified'],
    ...minted({ record: { hardware: hardware({ 704: rootOfTrust({ state: 1 }) }) } }),
    policy: 'own-system',
  }),
];

const unpatched = (
  slug: string,
  description: string,
  level: Readonly<Record<number, Uint8Array>>,
) => ({
  ...{ slug, description, policy: 'patched' },
  ...minted({ record: { hardware: hardware({ ...PATCHED, ...level }) } }),
});

const failures: readonly Draft[] = [
  drafts.soleFailure(
    'android-key/os-patch-level-sufficient',
    unpatched('too-old', 'the system was patched five months ago, where policy says 60 days', {
      706: der.integer(202_601),
    }),
  ),
  drafts.soleFailure(
    'android-key/vendor-patch-level-sufficient',
    unpatched('a-day-early', 'the vendor’s image is a day older than policy demands', {
      718: der.integer(20_260_504),
    }),
  ),
  drafts.soleFailure(
    'android-key/boot-patch-level-sufficient',
    unpatched('a-month-early', 'the boot image is a month older than policy demands', {
      719: der.integer(20_260_430),
    }),
  ),
  drafts.soleFailure('android-key/creation-not-ahead', {
    ...{ slug: 'a-day-ahead', description: 'the key says that it will be made tomorrow' },
    ...minted({ record: { software: createdAt(NOW.getTime() + DAY_MS) } }),
    policy: 'creation-window',
  }),
  drafts.soleFailure('android-key/boot-verified', {
    ...{
      slug: 'other-boot-key',
      description: 'signed by its owner, with a key that is not listed',
    },
    ...minted({ record: { hardware: hardware({ 704: rootOfTrust({ state: 1 }) }) } }),
    policy: 'other-system',
  }),
  drafts.soleFailure('android-key/boot-verified', {
    ...{
      slug: 'listed-but-unverified',
      description: 'a listed boot key, and a state of UNVERIFIED',
    },
    ...minted({ record: { hardware: hardware({ 704: rootOfTrust({ state: 2 }) }) } }),
    policy: 'own-system',
  }),
];

/** Vectors of what is too old, too new, or booted by keys that policy names; and their policies. */
export function androidKeyFreshness(): {
  readonly policies: Readonly<Record<string, AppraisalPolicy>>;
  readonly vectors: readonly Draft[];
} {
  return {
    policies: {
      patched: androidPolicy('patched', {
        minimumPatchLevel: {
          os: { maxAgeDays: 60 },
          vendor: { notBefore: '2026-05-05' },
          boot: { notBefore: '2026-05' },
        },
      }),
      'creation-window': androidPolicy('creation-window', { creationFutureWindowMs: 300_000 }),
      'own-system': androidPolicy('own-system', {
        allowedBootKeys: [toHex(testDigest('verified boot key'))],
      }),
      'other-system': androidPolicy('other-system', {
        allowedBootKeys: [toHex(testDigest('another boot key'))],
      }),
    },
    vectors: [...passing, ...failures],
  };
}

/** The policy `lab` with another name and other settings of Android Key Attestation. */
export function androidPolicy(id: string, changes: Partial<AndroidKeyPolicy>) {
  return lab(id, { androidKey: { ...LAB.androidKey, ...changes } });
}
