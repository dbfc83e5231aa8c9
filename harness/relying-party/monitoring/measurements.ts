import * as clocks from './measures/clocks.js';
import * as counters from './measures/counters.js';
import * as intervals from './measures/intervals.js';
import * as issuance from './measures/issuance.js';
import * as places from './measures/places.js';
import * as rates from './measures/rates.js';
import type { SignalId } from './thresholds.js';
import type { Measure } from './traffic.js';

/** How each signal is measured. */
export const MEASUREMENTS: Readonly<Record<SignalId, Measure>> = {
  'counter-gap': counters.counterGap,
  'counter-replay': counters.counterReplay,
  'replay-share': counters.replayShare,
  'counter-reuse': counters.counterReuse,
  'counter-rollback': counters.counterRollback,
  'bad-signatures': counters.badSignatures,
  'clock-offset': clocks.clockOffset,
  'clock-drift': clocks.clockDrift,
  'clock-step': clocks.clockStep,
  'interval-regularity': intervals.intervalRegularity,
  'interval-entropy': intervals.intervalEntropy,
  'interval-memory': intervals.intervalMemory,
  burstiness: intervals.burstiness,
  rest: intervals.rest,
  rate: rates.rate,
  'sustained-rate': rates.sustainedRate,
  'signing-rate': rates.signingRate,
  addresses: places.addresses,
  'address-returns': places.addressReturns,
  'keys-at-address': places.keysAtAddress,
  'shared-cadence': places.sharedCadence,
  'attestation-age': issuance.attestationAge,
  'patch-regression': issuance.patchRegression,
  'device-keys': issuance.deviceKeys,
  'enrolment-latency': issuance.enrolmentLatency,
  'first-use': issuance.firstUse,
  'enrolment-attempts': issuance.enrolmentAttempts,
  'challenges-unused': issuance.challengesUnused,
  refusals: issuance.refusals,
};
