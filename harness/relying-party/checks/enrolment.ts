import { failed, holds, notApplicable, passed, type Check } from '../../verifier/check.js';
import type { EvidenceDemand } from '../context.js';
import type { ChallengePurpose, Registration } from '../store.js';

/** The formats of evidence that an enrolment may carry. */
export type EnrolmentFormat = 'android-key' | 'app-attest-attestation' | 'app-attest-assertion';

/** What kind of evidence came with an enrolment. */
export interface PresentedEvidence {
  readonly demanded: EvidenceDemand;
  readonly purpose: ChallengePurpose;
  readonly format: EnrolmentFormat | null;
  /** The registration that the enrolment adds to or renews; null where it starts one. */
  readonly registration: Registration | null;
}

const NOT_DEMANDED = 'this relying party demands no evidence, and looks at none';

/** Rules about whether evidence came at all, and of a kind that can speak for the key. */
export const enrolmentChecks: readonly Check<PresentedEvidence>[] = [
  {
    id: 'enrolment/evidence-present',
    rule: 'An enrolment brings evidence of the phone and app that hold the key.',
    source: 'RFC 9334, 5.2: the background-check model',
    withoutIt: 'a script on a laptop gets a client certificate with a software key.',
    needs: [],
    evaluate: ({ demanded, format }) => {
      if (demanded === 'not-demanded') return notApplicable(NOT_DEMANDED);
      return format === null ? failed('evidence', 'a request without evidence') : passed;
    },
  },
  {
    id: 'enrolment/evidence-fits',
    rule: 'The first key comes with an attestation; a further one with evidence of the same platform.',
    source: 'Establishing your app’s integrity (Apple): attest once, assert afterwards',
    withoutIt: 'a registration of one platform is extended from a phone of the other.',
    needs: ['enrolment/evidence-present'],
    evaluate: ({ demanded, purpose, format, registration }) => {
      if (demanded === 'not-demanded') return notApplicable(NOT_DEMANDED);
      if (format === null) return notApplicable('no evidence came');
      const allowed = fittingFormats(purpose, registration);
      return holds(allowed.includes(format), {
        expected: allowed.join(' or '),
        actual: format,
      });
    },
  },
];

const ATTESTATIONS = ['android-key', 'app-attest-attestation'] as const;

function fittingFormats(
  purpose: ChallengePurpose,
  registration: Registration | null,
): readonly EnrolmentFormat[] {
  const platform = registration?.platform ?? null;
  if (purpose === 'sign') return platform === 'ios' ? ['app-attest-assertion'] : ['android-key'];
  if (platform === null) return ATTESTATIONS;
  if (platform === 'android') return ['android-key'];
  return ['app-attest-assertion', 'app-attest-attestation'];
}
