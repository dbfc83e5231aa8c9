import { toBase64url } from '../../encoding/bytes.js';
import {
  LAB,
  type AppraisalPolicy,
  type CheckId,
  type Exchanges,
  type Format,
} from '../../verifier/index.js';
import { NOW } from '../minting/certificate.js';
import type { VectorAnswer, VectorRole, VectorTrust } from './schema.js';

/** A vector before it is written: its input in our types, its answer by hand. */
export interface VectorDraft<F extends Format> {
  readonly id: string;
  readonly description: string;
  readonly role: VectorRole;
  readonly checks: readonly CheckId[];
  readonly evidence: Exchanges[F]['evidence'];
  readonly expected: Exchanges[F]['expected'];
  /** Names of the file's policy and trust set. */
  readonly policy: string;
  readonly trust: string;
  readonly now: Date;
  readonly answer: VectorAnswer;
}

/** The vectors of one format before they are written. */
export interface VectorFileDraft<F extends Format> {
  readonly format: F;
  readonly description: string;
  /** What the vectors' policies change in `lab`, by name. */
  readonly policies: Readonly<Record<string, AppraisalPolicy>>;
  readonly trust: Readonly<Record<string, VectorTrust>>;
  readonly vectors: readonly VectorDraft<F>[];
}

/** What a vector is made of beyond what it shows; what is left out is as in a good one. */
export type Given<F extends Format> = Partial<
  Pick<VectorDraft<F>, 'evidence' | 'expected' | 'policy' | 'trust' | 'now'>
>;

/** Drafts of one format, whose names and good input they share. */
export function draftsFor<F extends Format>(
  good: Pick<VectorDraft<F>, 'evidence' | 'expected'>,
): {
  /** Accepted: each of the checks passes. */
  passing(slug: string, what: What<F>): VectorDraft<F>;
  /** Rejected, or undecided, for one check alone. */
  soleFailure(check: CheckId, what: Omit<What<F>, 'checks'> & { slug: string }): VectorDraft<F>;
  /** Not accepted, since what the checks look at is not what it should be. */
  malformed(slug: string, what: What<F> & Broken): VectorDraft<F>;
} {
  const draft = (role: VectorRole, slug: string, what: What<F>, answer: VectorAnswer) => {
    const { description, checks, evidence, expected, policy, trust, now } = what;
    return {
      ...{ id: `${role}/${slug}`, description, role, checks, answer },
      evidence: evidence ?? good.evidence,
      expected: expected ?? good.expected,
      policy: policy ?? 'lab',
      trust: trust ?? 'trusted',
      now: now ?? NOW,
    };
  };
  return {
    passing: (slug, what) => draft('passing', slug, what, ACCEPTED),
    soleFailure: (check, what) => {
      const open = UNDECIDED.includes(check);
      const isLeftOut = check === NEVER_FAILED;
      return draft(
        'sole-failure',
        `${nameOf(check)}/${what.slug}`,
        { ...what, checks: [check] },
        {
          verdict: open || isLeftOut ? 'indeterminate' : 'rejected',
          failed: open || isLeftOut ? [] : [check],
          undetermined: open ? [check] : [],
        },
      );
    },
    malformed: (slug, what) => {
      const { failed = [], undetermined = [] } = what;
      return draft('malformed', slug, what, {
        verdict: failed.length > 0 ? 'rejected' : 'indeterminate',
        failed: [...failed],
        undetermined: [...undetermined],
      });
    },
  };
}

/** What a draft says. */
export type What<F extends Format> = Given<F> & {
  readonly description: string;
  readonly checks: readonly CheckId[];
};

/** The root causes that malformed input has. */
export interface Broken {
  readonly failed?: readonly CheckId[];
  readonly undetermined?: readonly CheckId[];
}

/** Checks that lack data to decide with rather than fail. */
const UNDECIDED: readonly CheckId[] = [
  'android-key/revocation-list-usable',
  'android-key/revocation-list-fresh',
];

/** A check that compares nothing itself: it only refuses to go on where nothing was expected. */
const NEVER_FAILED: CheckId = 'play-integrity/request-compared';

const ACCEPTED: VectorAnswer = { verdict: 'accepted', failed: [], undetermined: [] };

/** The policy `lab` with another name and changes. */
export function lab(id: string, changes: Partial<AppraisalPolicy>): AppraisalPolicy {
  return { ...LAB, ...changes, id };
}

/** A trust set with these roots. */
export function trustWith(roots: Partial<VectorTrust>): VectorTrust {
  return { android: [], software: [], appAttest: [], receipts: [], revocation: null, ...roots };
}

/** A root as a trust set of a file states it. */
export function statedAnchor(name: string, certificate: Uint8Array) {
  return { name, certificate: toBase64url(certificate) };
}

/** The checks of a format that a list does not name. */
export function allBut(all: readonly CheckId[], left: readonly CheckId[]): readonly CheckId[] {
  return all.filter((id) => !left.includes(id));
}

function nameOf(check: CheckId): string {
  return check.slice(check.indexOf('/') + 1);
}
