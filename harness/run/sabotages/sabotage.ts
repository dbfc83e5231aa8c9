import type { RelyingPartyOptions } from '../../relying-party/options.js';
import type { PhoneSpec } from '../../virtual-lab/phone-spec.js';
import type { ProbeSpoiling } from '../../virtual-lab/probe-app.js';
import type { CertificateFault } from '../client-certificates.js';
import type { Lever } from '../levers.js';
import type { InterceptionSetup } from '../interception.js';
import type { CollectedScenario } from '../scenario.js';

/** Defects that `attestlab selftest` puts into a run of virtual phones, one at a time. */
export const SABOTAGE_IDS = [
  'verifier-ignores-challenge',
  'verifier-ignores-key-binding',
  'verifier-ignores-client-data',
  'verifier-ignores-origin',
  'verifier-ignores-revocation',
  'verifier-needs-no-revocation-list',
  'verifier-ignores-app-name',
  'verifier-ignores-app-signer',
  'verifier-ignores-app-id',
  'verifier-ignores-environment',
  'verifier-ignores-extended-chains',
  'verifier-ignores-second-record',
  'verifier-ignores-chain-signatures',
  'verifier-ignores-attestation-counter',
  'verifier-ignores-assertion-signature',
  'verifier-ignores-assertion-counter',
  'verifier-skips-request-signature',
  'verifier-ignores-content-digest',
  'verifier-takes-any-algorithm',
  'verifier-takes-any-coverage',
  'verifier-takes-any-encoding',
  'verifier-takes-loose-orders',
  'verifier-takes-unknown-keys',
  'verifier-refuses-profile-r',
  'verifier-ignores-request-app',
  'verifier-ignores-request-assertion-counter',
  'verifier-ignores-connection',
  'verifier-ignores-play-nonce',
  'verifier-ignores-play-request-hash',
  'relying-party-respends-challenges',
  'relying-party-takes-made-up-challenges',
  'relying-party-ignores-challenge-purpose',
  'relying-party-forgets-answers',
  'relying-party-ignores-challenge-owner',
  'relying-party-ignores-challenge-life',
  'relying-party-needs-no-evidence',
  'relying-party-takes-any-format',
  'relying-party-takes-undecoded-verdicts',
  'relying-party-shares-keys',
  'relying-party-shares-app-attest-keys',
  'relying-party-lets-one-key-do-both',
  'diagnosis-overlooks-authority',
  'diagnosis-overlooks-usage',
  'relying-party-misses-no-certificate',
  'relying-party-misses-no-registration',
  'relying-party-keeps-expired-clients',
  'relying-party-ignores-deny-list',
  'relying-party-ignores-denied-signers',
  'relying-party-certifies-denied-keys',
  'relying-party-forgets-renewals',
  'relying-party-routes-any-path',
  'relying-party-accepts-stale-timestamps',
  'relying-party-accepts-future-timestamps',
  'relying-party-accepts-replayed-counter',
  'relying-party-accepts-rolled-back-counter',
  'relying-party-ignores-epochs',
  'relying-party-counts-in-doubles',
  'relying-party-wants-counters-in-order',
  'relying-party-digests-parsed-bodies',
  'certificate-authority-skips-proof-of-possession',
  'certificate-authority-takes-loose-requests',
  'certificate-authority-takes-any-key',
  'certificate-authority-takes-any-digest',
  'certificate-authority-ignores-nonce',
  'certificate-authority-obeys-requests',
  'certificate-authority-issues-for-a-year',
  'phone-claims-level-it-lacks',
  'probe-falls-on-transient-errors',
  'keystore-takes-any-digest',
  'keystore-exports-hardware-keys',
  'lab-levers-do-nothing',
  'phone-distrusts-interceptor',
  'phone-trusts-every-interceptor',
  'app-pins-nothing',
  'app-pins-interceptor',
  'interceptor-mints-asked-name',
  'server-loses-backup-key',
  'server-keeps-its-key',
  'relying-party-overlooks-traffic',
  'relying-party-takes-any-client',
  'client-certificate-expires-early',
  'phone-is-slow',
  'scenario-does-not-run',
] as const;

/** The name of a sabotage. */
export type SabotageId = (typeof SABOTAGE_IDS)[number];

/**
 * One defect. It is injected only where a run's parts are put together, as a wrapper around one of
 * them: no file of a lab, no option and no variable can name it.
 */
export interface Sabotage {
  readonly id: SabotageId;
  /** What is broken, in one sentence. */
  readonly description: string;
  /** Platforms on which it shows; the other ones must not notice it. */
  readonly platforms: readonly ('android' | 'ios')[];
  readonly relyingParty?: (options: RelyingPartyOptions) => RelyingPartyOptions;
  readonly probe?: ProbeSpoiling;
  /** What is really done to a phone that a story does something to; null for nothing. */
  readonly lever?: (asked: Lever) => Lever | null;
  readonly clientFault?: (asked: CertificateFault) => CertificateFault;
  readonly interception?: (setup: InterceptionSetup) => InterceptionSetup;
  /** The virtual phones that are started in place of those that the lab states. */
  readonly phones?: (stated: readonly PhoneSpec[]) => readonly PhoneSpec[];
  /** What the test runner is given of the scenarios that the plan has. */
  readonly scenarios?: (planned: readonly CollectedScenario[]) => readonly CollectedScenario[];
}
