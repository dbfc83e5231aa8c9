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
 * Every signal with its threshold. They are provisional: set from what phones, networks and people are
 * known to do, not yet from an evaluation with labelled traffic.
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
  'counter-rollback': {
    ...{ unit: 'counters', minimumSamples: 1, threshold: 6, raisedWhen: 'above' },
    reason: 'six connections to one host run side by side, so honest requests overtake few others',
  },
  'clock-offset': {
    ...{ unit: 'ms', minimumSamples: 5, threshold: 10_000, raisedWhen: 'beyond' },
    reason: 'network time keeps a phone within a second, and a slow network adds a few',
  },
  'clock-drift': {
    ...{ unit: 'ms per hour', minimumSamples: 8, threshold: 720, raisedWhen: 'beyond' },
    reason: 'a quartz without network time drifts by less than 200 ppm, which is 720 ms per hour',
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
  rate: {
    ...{ unit: 'requests per minute', minimumSamples: 1, threshold: 120, raisedWhen: 'above' },
    reason:
      'a screen may fetch a dozen things at once, but nobody opens ten screens a minute for long',
  },
  'attestation-age': {
    ...{ unit: 'hours', minimumSamples: 1, threshold: 48, raisedWhen: 'above' },
    reason:
      'certificates last a day and each renewal brings evidence; a day more for a phone at rest',
  },
  'enrolment-latency': {
    ...{ unit: 'ms', minimumSamples: 1, threshold: 30, raisedWhen: 'below' },
    reason:
      'hardware makes, attests and uses a key in some 100 ms; what is faster lay ready or is none',
  },
  addresses: {
    ...{ unit: 'addresses per hour', minimumSamples: 2, threshold: 3, raisedWhen: 'above' },
    reason: 'a phone changes between home, street and work; a key that is lent out is everywhere',
  },
  refusals: {
    ...{ unit: 'share of attempts', minimumSamples: 5, threshold: 0.2, raisedWhen: 'above' },
    reason: 'an app in order is hardly ever refused; who probes mostly is',
  },
  'challenges-unused': {
    ...{ unit: 'challenges', minimumSamples: 1, threshold: 10, raisedWhen: 'above' },
    reason: 'an app gives up now and then; a store of challenges is for evidence made in advance',
  },
} as const satisfies Readonly<Record<string, Threshold>>;

/** The name of a signal. */
export type SignalId = keyof typeof THRESHOLDS;
