import { autocorrelation, fano, octaveEntropy, variation } from '../statistics.js';
import { acceptedTimes, gapsOf, HOUR_MS, MINUTE_MS, type Measure } from '../traffic.js';

/** Requests this close together belong to one action, such as a screen that opens. */
const ONE_ACTION_MS = 1_000;
const BIN_MS = 10 * MINUTE_MS;
/** A pause of the night shows only where a night has passed. */
const SHORTEST_DAY_MS = 20 * HOUR_MS;

/** Coefficient of variation of the gaps between accepted requests: standard deviation over mean. */
export const intervalRegularity: Measure = (traffic) => {
  const times = acceptedTimes(traffic);
  const gaps = gapsOf(times);
  if (gaps.length === 0) return { samples: times.length, value: null, text: 'there are no gaps' };
  const value = variation(gaps);
  const text = `the gaps between accepted requests vary by ${value.toFixed(2)} of their mean`;
  return { samples: times.length, value, text };
};

/** Entropy in bits of the gaps between actions, in bins that double in width. */
export const intervalEntropy: Measure = (traffic) => {
  const gaps = pausesOf(acceptedTimes(traffic));
  if (gaps.length === 0) return { samples: 0, value: null, text: 'there are no pauses' };
  const value = octaveEntropy(gaps);
  const text = `the pauses between actions spread over octaves with ${value.toFixed(2)} bits`;
  return { samples: gaps.length, value, text };
};

/** Lag-1 autocorrelation of the logarithms of the gaps between actions. */
export const intervalMemory: Measure = (traffic) => {
  const gaps = pausesOf(acceptedTimes(traffic));
  if (gaps.length < 2) return { samples: gaps.length, value: null, text: 'there are no pauses' };
  const value = autocorrelation(gaps.map((gapMs) => Math.log(gapMs)));
  const text = `each pause goes with the one before by ${value.toFixed(2)}`;
  return { samples: gaps.length, value, text };
};

/** Variance over mean of the number of actions in bins of ten minutes (Fano's factor). */
export const burstiness: Measure = (traffic) => {
  const times = actionsOf(acceptedTimes(traffic));
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const bins = Math.floor(spanMs / BIN_MS) + 1;
  if (bins < 12) {
    const text = `actions span ${bins} bins of ten minutes, and bursts show after 12`;
    return { samples: times.length, value: null, text };
  }
  const value = fano(times, BIN_MS);
  const text = `actions per ten minutes vary by ${value.toFixed(2)} times what chance would`;
  return { samples: times.length, value, text };
};

/** Longest pause between accepted requests, in hours, where they span 20 hours. */
export const rest: Measure = (traffic) => {
  const times = acceptedTimes(traffic);
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  if (spanMs < SHORTEST_DAY_MS) {
    const hours = (spanMs / HOUR_MS).toFixed(1);
    const text = `requests span ${hours} h, and a night shows after ${SHORTEST_DAY_MS / HOUR_MS}`;
    return { samples: times.length, value: null, text };
  }
  const value = gapsOf(times).reduce((one, other) => Math.max(one, other), 0) / HOUR_MS;
  return { samples: times.length, value, text: `the longest pause is ${value.toFixed(1)} h` };
};

function actionsOf(times: readonly number[]): readonly number[] {
  return times.filter((atMs, index) => atMs - (times[index - 1] ?? -Infinity) > ONE_ACTION_MS);
}

function pausesOf(times: readonly number[]): readonly number[] {
  return gapsOf(times).filter((gapMs) => gapMs > ONE_ACTION_MS);
}
