import { busiest, firstArrivals, MINUTE_MS, type Measure } from '../traffic.js';
import type { AttestedLevel, RequestPresented } from '../traffic-log.js';

/**
 * Shortest time of one signature that a level's hardware is credited with, in ms. Only StrongBox's is
 * from a publication: emulators pad theirs to 80 ms to pass for one. No vendor publishes the others,
 * so that they are bounds which no phone is expected to reach.
 */
const SHORTEST_SIGNATURE_MS: Readonly<Record<AttestedLevel, number | null>> = {
  ...{ strongbox: 80, tee: 5, 'secure-enclave': 5 },
  // A processor has no ceiling that traffic could show.
  software: null,
};
/** More than any screen asks for at once: its requests state one time and are signed in turn. */
const RUN = 20;
const TEN_MINUTES = 10;

/** Signed requests in the busiest minute. */
export const rate: Measure = ({ signed }) => {
  const value = busiest(signed, MINUTE_MS, (inside) => inside.length);
  return { samples: signed.length, value, text: `${value} requests in the busiest minute` };
};

/** Signed requests per minute over the busiest ten minutes. */
export const sustainedRate: Measure = ({ signed }) => {
  const most = busiest(signed, TEN_MINUTES * MINUTE_MS, (inside) => inside.length);
  const text = `${most} requests in the busiest ten minutes`;
  return { samples: signed.length, value: most / TEN_MINUTES, text };
};

/**
 * Signatures per second, by the times that they state, over the fastest run of 20 in a row, as a
 * multiple of what hardware of the attested level makes: 19 / run's length / (1 / shortest signature).
 */
export const signingRate: Measure = ({ signed, keyId, log, isPast }) => {
  const level = log.attestedOf(keyId).filter(isPast).at(-1)?.level ?? null;
  const shortestMs = level && SHORTEST_SIGNATURE_MS[level];
  const times = statedTimes(signed);
  if (level === null || shortestMs === null) {
    const text = level === null ? 'no level was attested' : `level ${level} has no ceiling`;
    return { samples: times.length, value: null, text };
  }
  let value: number | null = null;
  for (let start = 0; start + RUN <= times.length; start += 1) {
    const spanMs = Math.max(1, (times[start + RUN - 1] ?? 0) - (times[start] ?? 0));
    value = Math.max(value ?? 0, ((RUN - 1) * shortestMs) / spanMs);
  }
  const text = `${RUN} signatures in a row were stated at ${(value ?? 0).toFixed(2)} times what ${level} can make`;
  return { samples: times.length, value, text };
};

// One signature that is sent again is none more.
function statedTimes(signed: readonly RequestPresented[]): readonly number[] {
  const times = firstArrivals(signed).map(({ timestampMs }) => Number(timestampMs));
  return times.sort((one, other) => one - other);
}
