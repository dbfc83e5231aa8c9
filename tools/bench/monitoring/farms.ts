import { running } from './bots.js';
import { ALONE, type Kind } from './kind.js';
import { DAY_START_MS, HOUR_MS, ordinary, personTimes, sent } from './phone.js';

/** Many phones or many users behind what looks like one. */
export const FARMS: readonly Kind[] = [
  {
    ...{ name: 'rack behind one address', label: 'farm', isHard: false, groups: 3 },
    keysOf: (draws, ranges) => draws.whole(ranges.rackKeys),
    messages(draws, ranges, { keyId, groupAddress, shared }) {
      // One script for all of the rack: the cadence is its own, the jitter each phone's.
      const [from, to] = ranges.rackMs;
      const rackMs = from + shared * (to - from);
      const jitter = draws.between(ranges.rackJitter);
      const step = (): number => rackMs * (1 + draws.between([-jitter, jitter]));
      return sent(draws, ranges, {
        times: running(draws, step),
        channel: { ...ordinary(draws, ranges, keyId), addressAt: () => groupAddress },
      });
    },
  },
  {
    ...{ name: 'key lent to many places', label: 'farm', isHard: false, groups: 20, ...ALONE },
    messages(draws, ranges, { keyId }) {
      const places = draws.whole(ranges.lentAddresses);
      // Who borrows it at a time uses it for a while.
      const turnMs = draws.between([0.03, 0.6]) * HOUR_MS;
      return sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: {
          ...ordinary(draws, ranges, keyId),
          addressAt: (timeMs) => `${keyId}@${Math.floor((timeMs / turnMs) * 7) % places}`,
        },
      });
    },
  },
  {
    ...{ name: 'stock of keys', label: 'farm', isHard: false, groups: 20, ...ALONE },
    isStock: true,
    enrol(draws, ranges, key) {
      const hours = draws.between(ranges.stockHours);
      return { ...key, registeredMs: Math.round(DAY_START_MS - hours * HOUR_MS) };
    },
    messages: (draws, ranges, { keyId }) =>
      sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: ordinary(draws, ranges, keyId),
      }),
  },
  {
    ...{ name: 'each phone behind a proxy', label: 'farm', isHard: true, groups: 20, ...ALONE },
    messages: (draws, ranges, { keyId }) =>
      sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: { ...ordinary(draws, ranges, keyId), addressAt: () => `${keyId}@proxy` },
      }),
  },
];
