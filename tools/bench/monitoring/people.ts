import { ALONE, type Kind } from './kind.js';
import { HOUR_MS, ordinary, personTimes, sent } from './phone.js';

/** Who uses the app as it is meant to be used. */
export const PEOPLE: readonly Kind[] = [
  {
    ...{ name: 'person', label: 'human', isHard: false, groups: 120, ...ALONE },
    messages: (draws, ranges, { keyId }) =>
      sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: ordinary(draws, ranges, keyId),
      }),
  },
  {
    ...{ name: 'person on a bad network', label: 'human', isHard: true, groups: 40, ...ALONE },
    messages(draws, ranges, { keyId }) {
      const flipMs = HOUR_MS / draws.between(ranges.flips);
      return sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: {
          ...{ latencyMs: ranges.badLatencyMs, latencySpread: 1 },
          ...{ loss: ranges.badLoss, retries: ranges.badRetries },
          addressAt: (timeMs) => `${keyId}@${Math.floor(timeMs / flipMs) % 2}`,
        },
      });
    },
  },
  {
    ...{ name: 'person in a crowd', label: 'human', isHard: true, groups: 3 },
    keysOf: (draws, ranges) => draws.whole(ranges.crowd),
    messages: (draws, ranges, { keyId, groupAddress }) =>
      sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: { ...ordinary(draws, ranges, keyId), addressAt: () => groupAddress },
      }),
  },
];
