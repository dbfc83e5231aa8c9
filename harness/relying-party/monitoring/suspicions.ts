import type { SignalId } from './thresholds.js';

/** Who can be behind traffic that is not a person's own. */
export type Adversary = 'bot' | 'farm' | 'replayer';

/**
 * Whom each signal points at when it is raised; fixed with the thresholds, before the evaluation. What
 * points at nobody is about the state of a phone, which honest people's phones are in as well.
 */
export const SUSPICIONS: Readonly<Record<SignalId, Adversary | null>> = {
  'counter-gap': 'replayer',
  'counter-replay': 'replayer',
  'replay-share': 'replayer',
  'counter-reuse': 'replayer',
  'counter-rollback': 'replayer',
  'bad-signatures': 'replayer',
  'clock-offset': null,
  'clock-drift': null,
  'clock-step': null,
  'interval-regularity': 'bot',
  'interval-entropy': 'bot',
  'interval-memory': 'bot',
  burstiness: 'bot',
  rest: 'bot',
  rate: 'bot',
  'sustained-rate': 'bot',
  'signing-rate': 'bot',
  addresses: 'farm',
  'address-returns': 'farm',
  'keys-at-address': 'farm',
  'shared-cadence': 'farm',
  'attestation-age': null,
  'patch-regression': null,
  'device-keys': 'farm',
  'enrolment-latency': 'bot',
  'first-use': 'farm',
  'enrolment-attempts': 'farm',
  'challenges-unused': 'farm',
  refusals: 'replayer',
};
