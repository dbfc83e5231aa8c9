import { busiest, firstArrivals, HOUR_MS, messageOf, type Measure } from '../traffic.js';
import type { RequestPresented } from '../traffic-log.js';

/** Share of counters that never arrived: (last - first + 1 - seen) / (last - first + 1), epochs apart. */
export const counterGap: Measure = ({ signed }) => {
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
};

/** The most repeats of one and the same message. */
export const counterReplay: Measure = ({ signed }) => {
  const counts = [...timesSent(signed).values()];
  const value = counts.reduce((most, count) => Math.max(most, count - 1), 0);
  return { samples: signed.length, value, text: `one message came ${value} times again` };
};

/** Share of signed requests that came before: (requests - different messages) / requests. */
export const replayShare: Measure = ({ signed }) => {
  const repeats = signed.length - timesSent(signed).size;
  const value = signed.length === 0 ? null : repeats / signed.length;
  const text = `${repeats} of ${signed.length} signed requests repeat one that came before`;
  return { samples: signed.length, value, text };
};

/** Counters under which the key signed more than one message. */
export const counterReuse: Measure = ({ signed }) => {
  const messages = firstArrivals(signed);
  const value =
    messages.length - new Set(messages.map(({ epoch, counter }) => `${epoch}/${counter}`)).size;
  const text = `${value} signed messages have a counter that another message had`;
  return { samples: signed.length, value, text };
};

/**
 * How far below the highest counter before it a request that was refused as rolled back lay, at most.
 * A message that came before is no rollback: it is a repeat, late.
 */
export const counterRollback: Measure = ({ signed }) => {
  const messages = firstArrivals(signed);
  const depths = messages.flatMap((request, index) =>
    request.code === 'counter_rollback' ? [depthOf(request, messages.slice(0, index))] : [],
  );
  const deepest = depths.reduce((one, other) => Math.max(one, other), 0);
  const text = `${depths.length} requests came from before the last counter, the deepest ${deepest} below it`;
  return { samples: signed.length, value: deepest, text };
};

/** Requests with a signature that does not hold, in the key's name, in the busiest hour. */
export const badSignatures: Measure = ({ requests }) => {
  const bad = requests.filter(({ code }) => code === 'bad_signature');
  const value = busiest(bad, HOUR_MS, (inside) => inside.length);
  const text = `${value} signatures in the key's name did not hold in the worst hour, whoever sent them`;
  return { samples: requests.length, value, text };
};

function timesSent(signed: readonly RequestPresented[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const message of signed.map(messageOf)) counts.set(message, (counts.get(message) ?? 0) + 1);
  return counts;
}

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function depthOf(request: RequestPresented, before: readonly RequestPresented[]): number {
  const counters = before.filter(({ epoch }) => epoch === request.epoch).map((one) => one.counter);
  const highest = counters.reduce((one, other) => (one > other ? one : other), request.counter);
  return Number(highest - request.counter);
}
