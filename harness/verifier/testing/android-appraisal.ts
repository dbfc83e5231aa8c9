import { toHex } from '../../encoding/bytes.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { parseRevocationList, type TrustSet } from '../../trust/index.js';
import type { AndroidKeyExpected } from '../expected.js';
import { LAB } from '../policies.js';
import type { AndroidKeyPolicy, AppraisalPolicy } from '../policy.js';
import {
  mintAndroidChain,
  newTestKey,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_KEYS,
  TEST_NOW,
  TEST_SIGNER,
  type ChainChanges,
} from './mint-android-chain.js';
import { emptyTrust } from './test-appraisal.js';
import { createVerifier } from '../verifier.js';

/** What a good chain of tests is compared with. */
export const EXPECTED: AndroidKeyExpected = {
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

/** How an appraisal departs from that of a good chain under `lab`. */
export interface Case {
  readonly chain?: readonly Uint8Array[];
  readonly changes?: ChainChanges;
  readonly expected?: AndroidKeyExpected;
  readonly trust?: Partial<TrustSet>;
  readonly policy?: AppraisalPolicy;
  readonly now?: Date;
}

/** Appraises a minted chain. */
export function appraise(test: Case) {
  const chain = test.chain ?? mintAndroidChain(test.changes);
  return createVerifier({ trust: { ...TRUST, ...test.trust } }).appraise({
    evidence: parseAndroidKey(chain),
    expected: test.expected ?? EXPECTED,
    policy: test.policy ?? LAB,
    now: test.now ?? TEST_NOW,
  });
}

/** `lab` with other settings. */
export function lab(changes: Partial<AndroidKeyPolicy>): AppraisalPolicy {
  return { ...LAB, androidKey: { ...LAB.androidKey, ...changes } };
}

/** A trust set’s part with a status list of these entries. */
export function listing(entries: object, takenAtMs: number | null = TEST_NOW.getTime()) {
  return { revocation: parseRevocationList(JSON.stringify({ entries }), takenAtMs) };
}

/** A day in milliseconds. */
export const DAY_MS = 86_400_000;
/** The certificates of a good chain. */
export const [leaf, attestation, intermediate, root] = mintAndroidChain();
/** All of them. */
export const good = [leaf, attestation, intermediate, root].flatMap(
  (certificate) => certificate ?? [],
);

/** The bytes with one bit changed. */
export function flipped(bytes: Uint8Array | undefined, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes ?? []);
  copy.set([(copy.at(at) ?? 0) ^ 1], at < 0 ? copy.length + at : at);
  return copy;
}

/** A chain of those that are there. */
export function first(...certificates: readonly (Uint8Array | undefined)[]): readonly Uint8Array[] {
  return certificates.flatMap((certificate) => certificate ?? []);
}

/** A key that is no anchor's, for a root that looks like one. */
export const lookalike = newTestKey();

/** A root named as the anchor is, of another key. */
export function mintSelfSigned(): Uint8Array {
  // Only the key differs: subject, dates and extensions are the trusted root's own.
  const [, , , genuine] = mintAndroidChain();
  const spki = TEST_KEYS.root.spki;
  const bytes = Uint8Array.from(genuine ?? []);
  const at = Buffer.from(bytes).indexOf(spki);
  bytes.set(lookalike.spki, at);
  return bytes;
}
