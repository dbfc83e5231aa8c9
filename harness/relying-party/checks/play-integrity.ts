import { failed, notApplicable, passed, type Check } from '../../verifier/check.js';
import type { PlayIntegrityDemand, PresentedVerdict } from '../play-integrity/decoder.js';
import type { EnrolmentFormat } from './enrolment.js';

/** What of Play Integrity came with an enrolment. */
export interface PresentedIntegrity {
  readonly demand: PlayIntegrityDemand;
  /** The evidence that it comes beside; null where none came or none is looked at. */
  readonly format: EnrolmentFormat | null;
  readonly verdict: PresentedVerdict | null;
}

/** Rules about whether a verdict of Play Integrity came, and can be looked at. */
export const playIntegrityChecks: readonly Check<PresentedIntegrity>[] = [
  {
    id: 'enrolment/play-integrity-present',
    rule: 'An Android phone brings a verdict of Play Integrity beside its attestation.',
    source: 'Google, Overview of the Play Integrity API',
    withoutIt: 'an attestation by a leaked key, which Google may know of, stands alone.',
    needs: [],
    evaluate: ({ demand, format, verdict }) => {
      if (demand !== 'demanded') return notApplicable('this relying party demands no verdict');
      if (format !== 'android-key') return notApplicable('no attestation of an Android phone came');
      return verdict === null ? failed('a verdict of Play Integrity', 'none') : passed;
    },
  },
  {
    id: 'enrolment/play-integrity-decoded',
    rule: 'Google’s server decoded the verdict of a standard request.',
    source: 'Google, Make a standard API request, Decrypt and verify the integrity verdict',
    withoutIt: 'any text that an app sends in its place goes unnoticed.',
    needs: [],
    evaluate: ({ verdict }) => {
      if (verdict === null) return notApplicable('no verdict came, or none is looked at');
      return verdict === 'undecodable'
        ? failed('a token that Google decodes for this app', 'another text')
        : passed;
    },
  },
];
