import { median, medianDeviation, slope, variation } from './statistics.js';
import { WINDOW_MS, type SignalId } from './thresholds.js';
import type { KeyPresented, RequestPresented, TrafficLog } from './traffic-log.js';

/** What one signal is measured from: how much there was, the value, and what it is in words. */
export interface Measurement {
  readonly samples: number;
  /** Null where the samples allow no value, however many there are. */
  readonly value: number | null;
  readonly text: string;
}

/** What is known of a key within the window. */
interface Traffic {
  readonly requests: readonly RequestPresented[];
  /** Those that the key itself signed: the rest anybody could have sent in its name. */
  readonly signed: readonly RequestPresented[];
  /** Registrations of the key, and of others of its registration; not bounded by the window. */
  readonly own: readonly KeyPresented[];
  readonly related: readonly KeyPresented[];
  readonly refused: readonly KeyPresented[];
  readonly log: TrafficLog;
  readonly isRecent: (event: { readonly atMs: number }) => boolean;
  readonly nowMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Below it, the network's jitter is larger than any clock's drift. */
const SHORTEST_DRIFT_MS = 10 * MINUTE_MS;

/** Gathers what the log has of a key up to `now`. */
export function trafficOf(log: TrafficLog, keyId: string, now: Date): Traffic {
  const nowMs = now.getTime();
  const isPast = ({ atMs }: { readonly atMs: number }) => atMs <= nowMs;
  const isRecent: Traffic['isRecent'] = (event) => isPast(event) && event.atMs > nowMs - WINDOW_MS;
  const requests = log.requestsOf(keyId).filter(isRecent);
  const own = log.registeredOf(keyId).filter(isPast);
  const signed = requests.filter((request) => request.signed);
  const accepted = signed.findLast(({ code }) => code === null);
  const registrationId = own.at(-1)?.registrationId ?? accepted?.registrationId ?? null;
  const related = registrationId === null ? [] : log.registrationOf(registrationId).filter(isPast);
  const refused = log.refusedOf(keyId).filter(isRecent);
  return { requests, signed, own, related, refused, log, isRecent, nowMs };
}

/** How each signal is measured. */
export const MEASUREMENTS: Readonly<Record<SignalId, (traffic: Traffic) => Measurement>> = {
  'counter-gap': ({ signed }) => {
    let spanned = 0;
    let seen = 0;
    for (const epoch of new Set(signed.map((request) => request.epoch))) {
      const requests = signed.filter((request) => request.epoch === epoch);
      const counters = [...new Set(requests.map(({ counter }) => counter))].sort(ascending);
      spanned += Number((counters.at(-1) ?? 0n) - (counters[0] ?? 0n)) + 1;
      seen += counters.length;
    }
    const missing = spanned - seen;
    return {
      samples: signed.length,
      value: spanned === 0 ? null : missing / spanned,
      text: `${missing} of ${spanned} counters between the first and the last never arrived`,
    };
  },
  'counter-replay': ({ signed }) => {
    const replays = signed.filter(({ code }) => code === 'counter_replayed').length;
    const text = `${replays} of ${signed.length} signed requests repeat the last counter`;
    return { samples: signed.length, value: replays, text };
  },
  'counter-rollback': ({ signed }) => {
    const depths = signed.flatMap((request, index) =>
      request.code === 'counter_rollback' ? [depthOf(request, signed.slice(0, index))] : [],
    );
    const deepest = depths.reduce((one, other) => Math.max(one, other), 0);
    const text = `${depths.length} requests came from before the last counter, the deepest ${deepest} below it`;
    return { samples: signed.length, value: deepest, text };
  },
  'clock-offset': ({ signed }) => {
    const offsets = offsetsOf(signed).map(({ y }) => y);
    if (offsets.length === 0) return { samples: 0, value: null, text: 'no request states a time' };
    const value = median(offsets);
    const spread = Math.round(medianDeviation(offsets));
    const text = `the key's clock lies ${Math.round(value)} ms behind in the median, with a median deviation of ${spread} ms`;
    return { samples: offsets.length, value, text };
  },
  'clock-drift': ({ signed }) => {
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
  },
  'interval-regularity': ({ signed }) => {
    const times = signed.filter(({ code }) => code === null).map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs));
    if (gaps.length === 0) return { samples: times.length, value: null, text: 'there are no gaps' };
    const value = variation(gaps);
    const text = `the gaps between accepted requests vary by ${value.toFixed(2)} of their mean`;
    return { samples: times.length, value, text };
  },
  rate: ({ signed }) => {
    const value = busiest(signed, MINUTE_MS, (inside) => inside.length);
    return { samples: signed.length, value, text: `${value} requests in the busiest minute` };
  },
  'attestation-age': ({ own, related, nowMs }) => {
    const times = [...own, ...related].map(({ atMs }) => atMs);
    if (times.length === 0)
      return { samples: 0, value: null, text: 'no registration is on record' };
    const value = (nowMs - Math.max(...times)) / HOUR_MS;
    const text = `the phone last brought a key with evidence ${value.toFixed(1)} hours ago`;
    return { samples: times.length, value, text };
  },
  'enrolment-latency': ({ own }) => {
    const latencies = own.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
    const value = latencies.at(-1) ?? null;
    const text = `the key was presented ${value ?? 'at no known time'} ms after its challenge`;
    return { samples: latencies.length, value, text };
  },
  addresses: ({ signed }) => {
    const value = busiest(signed, HOUR_MS, (inside) => distinct(inside.map((one) => one.address)));
    const text = `requests of the key came from ${value} addresses within one hour`;
    return { samples: signed.length, value, text };
  },
  refusals: ({ requests, refused }) => {
    const attempts = requests.length + refused.length;
    const bad = requests.filter(({ code }) => code !== null).length + refused.length;
    const text = `${bad} of ${attempts} attempts in the key's name were refused, whoever made them`;
    return { samples: attempts, value: attempts === 0 ? null : bad / attempts, text };
  },
  'challenges-unused': ({ own, log, isRecent }) => {
    const subject = own.at(-1)?.subject;
    const issuance = subject === undefined ? [] : log.issuanceOf(subject).filter(isRecent);
    const issued = issuance.filter(({ kind }) => kind === 'challenge-issued').length;
    const value = Math.max(0, 2 * issued - issuance.length);
    const text = `${value} of ${issued} challenges for the key's subject were not presented; anybody may ask for one`;
    return { samples: issued, value, text };
  },
};

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function depthOf(request: RequestPresented, before: readonly RequestPresented[]): number {
  const counters = before.filter(({ epoch }) => epoch === request.epoch).map((one) => one.counter);
  const highest = counters.reduce((one, other) => (one > other ? one : other), request.counter);
  return Number(highest - request.counter);
}

/** Offsets of the key's clock by the time of receipt; a message that is sent again states an old time. */
function offsetsOf(signed: readonly RequestPresented[]) {
  const again: readonly (string | null)[] = ['counter_replayed', 'counter_rollback'];
  return signed
    .filter(({ code }) => !again.includes(code))
    .map(({ atMs, timestampMs }) => ({ x: atMs, y: atMs - Number(timestampMs) }));
}

/** The most that `count` finds in any stretch of time of a length, which ends with an event. */
function busiest(
  events: readonly RequestPresented[],
  lengthMs: number,
  count: (inside: readonly RequestPresented[]) => number,
): number {
  const counts = events.map(({ atMs: endMs }) =>
    count(events.filter(({ atMs }) => atMs <= endMs && atMs > endMs - lengthMs)),
  );
  return counts.reduce((one, other) => Math.max(one, other), 0);
}

function distinct(values: readonly (string | null)[]): number {
  return new Set(values.filter((value) => value !== null)).size;
}
