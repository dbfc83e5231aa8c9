import { busiest, HOUR_MS, type Measure } from '../traffic.js';
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

/** The most repeats of one and the same counter. */
export const counterReplay: Measure = ({ signed }) => {
  const value = [...uses(signed).values()].reduce((most, count) => Math.max(most, count - 1), 0);
  return { samples: signed.length, value, text: `one counter came ${value} times again` };
};

/** Share of signed requests whose counter came before: (requests - different counters) / requests. */
export const replayShare: Measure = ({ signed }) => {
  const repeats = signed.length - uses(signed).size;
  const value = signed.length === 0 ? null : repeats / signed.length;
  const text = `${repeats} of ${signed.length} signed requests repeat a counter that came before`;
  return { samples: signed.length, value, text };
};

/** How far below the highest counter before it a request that was refused as rolled back lay, at most. */
export const counterRollback: Measure = ({ signed }) => {
  const depths = signed.flatMap((request, index) =>
    request.code === 'counter_rollback' ? [depthOf(request, signed.slice(0, index))] : [],
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

function uses(signed: readonly RequestPresented[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { epoch, counter } of signed) {
    const use = `${epoch}/${counter}`;
    counts.set(use, (counts.get(use) ?? 0) + 1);
  }
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
