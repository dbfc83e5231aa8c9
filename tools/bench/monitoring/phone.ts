import type { Draws, Range } from './draws.js';
import type { Enrolled, Message } from './key-traffic.js';
import type { TrafficRanges } from './traffic-sets.js';

/** The window's start; every set ends a day later. */
export const DAY_START_MS = Date.parse('2026-03-02T00:00:00Z');
export const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;

/** How a phone reaches the relying party. */
export interface Channel {
  readonly latencyMs: Range;
  readonly latencySpread: number;
  readonly loss: Range;
  readonly retries: Range;
  /** The address at a time of the day, in ms after its start. */
  readonly addressAt: (timeMs: number) => string;
}

/** When a person asks in a day: visits while he is awake, actions in each, requests in each of those. */
export function personTimes(draws: Draws, ranges: TrafficRanges): readonly number[] {
  const awakeMs = draws.between(ranges.awakeHours) * HOUR_MS;
  // Time zones and shifts: the night is at any time of the window.
  const wakesMs = draws.between([0, DAY_MS]);
  const thinkMs = draws.between(ranges.thinkMs);
  const spread = draws.between(ranges.thinkSpread);
  const times: number[] = [];
  for (let visit = draws.whole(ranges.visits); visit > 0; visit -= 1) {
    let atMs = wakesMs + draws.between([0, awakeMs]);
    for (let action = draws.whole(ranges.actions); action > 0; action -= 1) {
      atMs += draws.logNormal(thinkMs, spread);
      let requestMs = atMs;
      for (let fan = draws.whole(ranges.fanOut); fan > 0; fan -= 1) {
        times.push(requestMs % DAY_MS);
        requestMs += draws.between([20, 250]);
      }
    }
  }
  return times.sort((one, other) => one - other);
}

/** What a phone with a clock and a channel of its own makes of times of the day. */
export function sent(
  draws: Draws,
  ranges: TrafficRanges,
  { times, channel }: { readonly times: readonly number[]; readonly channel: Channel },
): readonly Message[] {
  const sign = draws.pick([-1, 1]);
  const offsetMs = sign * draws.between(ranges.clockMs);
  const perMs = (sign * draws.between(ranges.driftPpm)) / 1e6;
  const latencyMs = draws.between(channel.latencyMs);
  const loss = draws.between(channel.loss);
  const retries = draws.between(channel.retries);
  return times.flatMap((timeMs, index): readonly Message[] => {
    const atMs = DAY_START_MS + timeMs;
    const arrive = (): number => atMs + draws.logNormal(latencyMs, channel.latencySpread);
    const message = {
      ...{ counter: index + 2, statedMs: atMs + offsetMs + perMs * timeMs, arrivesMs: arrive() },
      address: channel.addressAt(timeMs),
    };
    if (draws.chance(loss)) return [];
    if (!draws.chance(retries)) return [message];
    // The answer was lost, and the app asks again with what it has signed.
    return [message, { ...message, arrivesMs: arrive() + draws.between([3_000, 15_000]) }];
  });
}

/** An ordinary channel: home, street and work, one after the other. */
export function ordinary(draws: Draws, ranges: TrafficRanges, keyId: string): Channel {
  const places = 1 + draws.whole(ranges.moves);
  return {
    ...{ latencyMs: ranges.latencyMs, latencySpread: 0.4 },
    ...{ loss: ranges.loss, retries: ranges.retries },
    addressAt: (timeMs) => `${keyId}@${Math.floor((timeMs / DAY_MS) * places)}`,
  };
}

/** An enrolment in order: renewed within a day, and used from its registration on. */
export function enrolled(draws: Draws, keyId: string): Enrolled {
  const registeredMs = Math.round(DAY_START_MS - draws.between([1, 30]) * DAY_MS);
  return {
    ...{ keyId, registeredMs, address: `${keyId}@0` },
    level: draws.pick(['strongbox', 'tee', 'tee', 'tee', 'secure-enclave', 'secure-enclave']),
    renewedMs: Math.round(DAY_START_MS + draws.between([-8, 24]) * HOUR_MS),
    latencyMs: Math.round(draws.logNormal(900, 0.5)),
  };
}

/** The first request of a key, soon after its registration. */
export function firstUse(draws: Draws, { registeredMs, address }: Enrolled): Message {
  const statedMs = registeredMs + draws.between([1_000, 600_000]);
  return { counter: 1, statedMs, arrivesMs: statedMs + 100, address };
}
