import { MEASUREMENTS } from './measurements.js';
import { THRESHOLDS, type SignalId, type Threshold } from './thresholds.js';
import { trafficOf } from './traffic.js';
import type { TrafficLog } from './traffic-log.js';

/** One risk signal of a key. Signals are not added up: each stands for itself, and says why. */
export interface Signal {
  readonly id: SignalId;
  /** `insufficient` is never raised: there was too little to measure by. */
  readonly status: 'measured' | 'insufficient';
  readonly value: number | null;
  readonly unit: string;
  readonly threshold: number | null;
  readonly raisedWhen: Threshold['raisedWhen'];
  readonly samples: number;
  readonly minimumSamples: number;
  readonly raised: boolean;
  /** What was measured, and why the threshold is where it is. */
  readonly explanation: string;
}

/** Every signal of a key, from its last day of traffic before `now`. Pure: it reads no clock. */
export function signalsOf(log: TrafficLog, keyId: string, now: Date): readonly Signal[] {
  const traffic = trafficOf(log, keyId, now);
  return SIGNAL_IDS.map((id): Signal => {
    const { reason, ...limits }: Threshold = THRESHOLDS[id];
    const { samples, value, text } = MEASUREMENTS[id](traffic);
    const shared = { id, ...limits, samples };
    if (value === null || samples < limits.minimumSamples) {
      const explanation = `too little to tell: ${samples} samples of at least ${limits.minimumSamples}; ${text}`;
      return { ...shared, status: 'insufficient', value: null, raised: false, explanation };
    }
    const raised = isRaised(value, limits);
    const bound = `${limits.raisedWhen} ${limits.threshold} ${limits.unit}`;
    const explanation = `${text}; ${raised ? 'raised' : 'not raised'}, since ${bound} counts: ${reason}`;
    return { ...shared, status: 'measured', value, raised, explanation };
  });
}

const SIGNAL_IDS = Object.keys(THRESHOLDS) as readonly SignalId[];

function isRaised(
  value: number,
  { raisedWhen, threshold }: Pick<Threshold, 'raisedWhen' | 'threshold'>,
): boolean {
  switch (raisedWhen) {
    case 'above':
      return value > threshold;
    case 'below':
      return value < threshold;
    case 'beyond':
      return Math.abs(value) > threshold;
  }
}
