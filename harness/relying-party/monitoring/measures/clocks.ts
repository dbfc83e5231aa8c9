import { median, medianDeviation, slope } from '../statistics.js';
import { firstArrivals, HOUR_MS, MINUTE_MS, type Measure } from '../traffic.js';
import type { RequestPresented } from '../traffic-log.js';

/** Below it, the network's jitter is larger than any clock's drift. */
const SHORTEST_DRIFT_MS = 10 * MINUTE_MS;
/** So many requests on either side of a step: one that lay in a queue makes none. */
const STEP_SIDE = 4;

/** Median of receipt minus stated time, in ms. */
export const clockOffset: Measure = ({ signed }) => {
  const offsets = offsetsOf(signed).map(({ y }) => y);
  if (offsets.length === 0) return { samples: 0, value: null, text: 'no request states a time' };
  const value = median(offsets);
  const spread = Math.round(medianDeviation(offsets));
  const text = `the key's clock lies ${Math.round(value)} ms behind in the median, with a median deviation of ${spread} ms`;
  return { samples: offsets.length, value, text };
};

/** Slope of the offset over the time of receipt (the median of all pairs'), in ms per hour. */
export const clockDrift: Measure = ({ signed }) => {
  const offsets = offsetsOf(signed);
  const spanMs = (offsets.at(-1)?.x ?? 0) - (offsets[0]?.x ?? 0);
  const perMs = spanMs < SHORTEST_DRIFT_MS ? null : slope(offsets);
  const minutes = Math.round(spanMs / MINUTE_MS);
  if (perMs === null) {
    const text = `requests span ${minutes} min, and a drift shows after ${SHORTEST_DRIFT_MS / MINUTE_MS}`;
    return { samples: offsets.length, value: null, text };
  }
  const value = perMs * HOUR_MS;
  const way = value < 0 ? 'gains' : 'loses';
  const text = `the key's clock ${way} ${Math.round(Math.abs(value))} ms per hour, over ${minutes} min`;
  return { samples: offsets.length, value, text };
};

/** Largest difference between the median offset of the four requests before and of the four after. */
export const clockStep: Measure = ({ signed }) => {
  const offsets = offsetsOf(signed).map(({ y }) => y);
  let value: number | null = null;
  for (let at = STEP_SIDE; at + STEP_SIDE <= offsets.length; at += 1) {
    const before = median(offsets.slice(at - STEP_SIDE, at));
    const step = median(offsets.slice(at, at + STEP_SIDE)) - before;
    if (value === null || Math.abs(step) > Math.abs(value)) value = step;
  }
  const text =
    value === null
      ? 'there are too few requests for a step'
      : `the key's clock steps by ${Math.round(value)} ms at most, from four requests to the next four`;
  return { samples: offsets.length, value, text };
};

/** Offsets of the key's clock by the time of receipt; a message that is sent again states an old time. */
function offsetsOf(signed: readonly RequestPresented[]) {
  return firstArrivals(signed)
    .filter(({ code }) => code !== 'counter_replayed' && code !== 'counter_rollback')
    .map(({ atMs, timestampMs }) => ({ x: atMs, y: atMs - Number(timestampMs) }));
}
