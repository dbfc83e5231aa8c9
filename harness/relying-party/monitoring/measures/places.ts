import { median } from '../statistics.js';
import { busiest, distinct, gapsOf, HOUR_MS, type Measure, type Traffic } from '../traffic.js';
import type { RequestPresented } from '../traffic-log.js';

/** A median of fewer gaps is any number. */
const FEWEST_GAPS = 12;
/** Medians this near to each other are of one schedule. */
const SAME_CADENCE = 0.02;

/** Addresses that the key's signed requests came from within one hour, at most. */
export const addresses: Measure = ({ signed }) => {
  const value = busiest(signed, HOUR_MS, (inside) => distinct(inside.map((one) => one.address)));
  const text = `requests of the key came from ${value} addresses within one hour`;
  return { samples: signed.length, value, text };
};

/** How often within one hour a request came from an address that the key had left, at most. */
export const addressReturns: Measure = ({ signed }) => {
  const value = busiest(signed, HOUR_MS, returnsOf);
  const text = `the key came back ${value} times within one hour to an address that it had left`;
  return { samples: signed.length, value, text };
};

/** Keys that signed requests from one of the key's addresses within one hour, at most. */
export const keysAtAddress: Measure = (traffic) => {
  const value = addressesOf(traffic).reduce((most, address) => {
    const events = traffic.log.signedAt(address).filter(traffic.isRecent);
    return Math.max(
      most,
      busiest(events, HOUR_MS, (inside) => distinctKeys(inside)),
    );
  }, 0);
  const text = `${value} keys signed from one of its addresses within one hour`;
  return { samples: traffic.signed.length, value, text };
};

/** Other keys at the key's addresses whose median gap is its own, within two per cent. */
export const sharedCadence: Measure = (traffic) => {
  const { signed, log, isRecent, keyId } = traffic;
  const own = cadenceOf(signed);
  if (own === null) {
    return { samples: signed.length, value: null, text: 'the key has no cadence of its own yet' };
  }
  const neighbours = new Set(
    addressesOf(traffic).flatMap((address) =>
      log.signedAt(address).flatMap((one) => (isRecent(one) ? [one.keyId] : [])),
    ),
  );
  neighbours.delete(keyId);
  const alike = [...neighbours].filter((other) => {
    const cadence = cadenceOf(log.requestsOf(other).filter((one) => isRecent(one) && one.signed));
    return cadence !== null && Math.abs(cadence - own) <= SAME_CADENCE * own;
  });
  const text = `${alike.length} of ${neighbours.size} other keys at its addresses keep its cadence of ${Math.round(own)} ms`;
  return { samples: signed.length, value: alike.length, text };
};

function addressesOf({ signed }: Traffic): readonly string[] {
  return [...new Set(signed.flatMap(({ address }) => (address === null ? [] : [address])))];
}

function distinctKeys(requests: readonly RequestPresented[]): number {
  return distinct(requests.map(({ keyId }) => keyId));
}

function returnsOf(requests: readonly RequestPresented[]): number {
  const left = new Set<string>();
  let last: string | null = null;
  let returns = 0;
  for (const { address } of requests) {
    if (address === null || address === last) continue;
    if (left.has(address)) returns += 1;
    if (last !== null) left.add(last);
    last = address;
  }
  return returns;
}

function cadenceOf(requests: readonly RequestPresented[]): number | null {
  const gaps = gapsOf(requests.filter(({ code }) => code === null).map(({ atMs }) => atMs));
  const pauses = gaps.filter((gapMs) => gapMs > 1_000);
  return pauses.length < FEWEST_GAPS ? null : median(pauses);
}
