/** When a signal is raised, from how many samples on it is measured at all, and why there. */
export interface Threshold {
  readonly unit: string;
  readonly minimumSamples: number;
  readonly threshold: number;
  /** `beyond` is above in either direction. */
  readonly raisedWhen: 'above' | 'below' | 'beyond';
  /** Why the threshold is where it is. */
  readonly reason: string;
}

/** How far back signals look. */
export const WINDOW_MS = 24 * 60 * 60_000;

/**
 * Every signal with its threshold, and where that comes from: what phones, networks and people are
 * known to do; and where that leaves a choice, the tuning set of synthetic traffic
 * (`tools/bench/monitoring/`). They were fixed before the evaluation set was first looked at.
 */
export const THRESHOLDS = {
  'counter-gap': {
    ...{ unit: 'share of counters', minimumSamples: 10, threshold: 0.2, raisedWhen: 'above' },
    reason:
      'mobile networks lose a few messages of a hundred; one in five was signed and held back',
  },
  'counter-replay': {
    ...{ unit: 'requests', minimumSamples: 1, threshold: 2, raisedWhen: 'above' },
    reason: 'an app repeats a request once or twice after an answer was lost',
  },
  'replay-share': {
    ...{ unit: 'share of requests', minimumSamples: 10, threshold: 0.25, raisedWhen: 'above' },
    reason: 'on a bad network every tenth answer is lost and its request repeated, not every third',
  },
  'counter-reuse': {
    ...{ unit: 'messages', minimumSamples: 2, threshold: 0, raisedWhen: 'above' },
    reason: 'an app counts before it signs: two messages with one counter are of two states of it',
  },
  'counter-rollback': {
    ...{ unit: 'counters', minimumSamples: 1, threshold: 12, raisedWhen: 'above' },
    reason:
      'six connections run side by side, and on a slow network twice as many requests overtake one',
  },
  'bad-signatures': {
    ...{ unit: 'requests per hour', minimumSamples: 1, threshold: 2, raisedWhen: 'above' },
    reason:
      'hardware does not mis-sign; a proxy that alters a body does it once before it is noticed',
  },
  'clock-offset': {
    ...{ unit: 'ms', minimumSamples: 5, threshold: 10_000, raisedWhen: 'beyond' },
    reason: 'network time keeps a phone within a second, and a slow network adds a few',
  },
  'clock-drift': {
    ...{ unit: 'ms per hour', minimumSamples: 8, threshold: 720, raisedWhen: 'beyond' },
    reason: 'a quartz without network time drifts by less than 200 ppm, which is 720 ms per hour',
  },
  'clock-step': {
    ...{ unit: 'ms', minimumSamples: 8, threshold: 15_000, raisedWhen: 'beyond' },
    reason: 'network time corrects a phone by seconds; two clocks behind one key differ by more',
  },
  'interval-regularity': {
    ...{
      unit: 'coefficient of variation',
      minimumSamples: 13,
      threshold: 0.2,
      raisedWhen: 'below',
    },
    reason: 'people’s pauses vary by about as much as they last, a timer’s by the network’s jitter',
  },
  'interval-entropy': {
    ...{ unit: 'bits', minimumSamples: 20, threshold: 1.6, raisedWhen: 'below' },
    reason:
      'people’s pauses spread over five octaves, above 2.1 bits in the tuning set; a schedule jittered by half spreads over less than two, also where it rests at night',
  },
  'interval-memory': {
    ...{ unit: 'correlation', minimumSamples: 30, threshold: 0.6, raisedWhen: 'beyond' },
    reason: 'what somebody does next hardly depends on how long he took last; a script’s turns do',
  },
  burstiness: {
    ...{ unit: 'variance over mean', minimumSamples: 24, threshold: 2, raisedWhen: 'below' },
    reason:
      'people come in visits, above 4 in the tuning set; pure chance is at 1, a schedule below',
  },
  rest: {
    ...{ unit: 'hours', minimumSamples: 24, threshold: 2.5, raisedWhen: 'below' },
    reason: 'whoever sleeps lets a phone rest for some hours of a day',
  },
  rate: {
    ...{ unit: 'requests per minute', minimumSamples: 1, threshold: 120, raisedWhen: 'above' },
    reason:
      'a screen may fetch a dozen things at once, but nobody opens ten screens a minute for long',
  },
  'sustained-rate': {
    ...{ unit: 'requests per minute', minimumSamples: 1, threshold: 15, raisedWhen: 'above' },
    reason: 'a person who reads what he opens does not ask every four seconds for ten minutes',
  },
  'signing-rate': {
    ...{ unit: 'times the ceiling', minimumSamples: 20, threshold: 1, raisedWhen: 'above' },
    reason:
      'StrongBox takes 80 ms and more for a signature; for TEE and Secure Enclave, of which no ' +
      'figures are published, 5 ms are assumed: who signs faster has the key elsewhere',
  },
  addresses: {
    ...{ unit: 'addresses per hour', minimumSamples: 2, threshold: 3, raisedWhen: 'above' },
    reason: 'a phone changes between home, street and work; a key that is lent out is everywhere',
  },
  'address-returns': {
    ...{ unit: 'returns per hour', minimumSamples: 3, threshold: 6, raisedWhen: 'above' },
    reason: 'at the edge of a wireless network a phone goes to and fro, but not every ten minutes',
  },
  'keys-at-address': {
    ...{ unit: 'keys per hour', minimumSamples: 1, threshold: 10, raisedWhen: 'above' },
    reason:
      'a household has some phones; an office or a carrier’s shared address has more, and is ' +
      'told from a farm by the cadence only',
  },
  'shared-cadence': {
    ...{ unit: 'keys', minimumSamples: 13, threshold: 4, raisedWhen: 'above' },
    reason:
      'by chance two people’s median pauses agree to 2 % in one case of 40, so that of 60 ' +
      'neighbours one or two do',
  },
  'attestation-age': {
    ...{ unit: 'hours', minimumSamples: 1, threshold: 48, raisedWhen: 'above' },
    reason:
      'certificates last a day and each renewal brings evidence; a day more for a phone at rest',
  },
  'patch-regression': {
    ...{ unit: 'months', minimumSamples: 2, threshold: 0, raisedWhen: 'above' },
    reason: 'systems are updated and with rollback protection do not go back',
  },
  'device-keys': {
    ...{ unit: 'keys', minimumSamples: 1, threshold: 5, raisedWhen: 'above' },
    reason:
      'an app attests one key for each installation; who installs it six times in a month ' +
      'passes one phone off for many',
  },
  'enrolment-latency': {
    ...{ unit: 'ms', minimumSamples: 1, threshold: 30, raisedWhen: 'below' },
    reason:
      'hardware makes, attests and uses a key in some 100 ms; what is faster lay ready or is none',
  },
  'first-use': {
    ...{ unit: 'hours', minimumSamples: 1, threshold: 24, raisedWhen: 'above' },
    reason: 'an app registers a key to sign with it; one that lies for a day is from a stock',
  },
  'enrolment-attempts': {
    ...{ unit: 'keys per hour', minimumSamples: 1, threshold: 10, raisedWhen: 'above' },
    reason: 'an enrolment brings two keys and some retries; more is a storm, or keys in series',
  },
  'challenges-unused': {
    ...{ unit: 'challenges', minimumSamples: 1, threshold: 10, raisedWhen: 'above' },
    reason: 'an app gives up now and then; a store of challenges is for evidence made in advance',
  },
  refusals: {
    ...{ unit: 'share of attempts', minimumSamples: 5, threshold: 0.45, raisedWhen: 'above' },
    reason:
      'on a bad network two in five are overtaken or repeated, and refused; who probes mostly is',
  },
} as const satisfies Readonly<Record<string, Threshold>>;

/** The name of a signal. */
export type SignalId = keyof typeof THRESHOLDS;
