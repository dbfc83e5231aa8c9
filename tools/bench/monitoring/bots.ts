import type { Draws } from './draws.js';
import type { Message } from './key-traffic.js';
import { ALONE, type KeyOfGroup, type Kind } from './kind.js';
import { DAY_MS, HOUR_MS, ordinary, personTimes, sent } from './phone.js';
import type { TrafficRanges } from './traffic-sets.js';

/** Programs that act with a phone's own key. */
export const BOTS: readonly Kind[] = [
  {
    ...{ name: 'timer with jitter', label: 'bot', isHard: false, groups: 20, ...ALONE },
    messages(draws, ranges, { keyId }) {
      const timerMs = draws.between(ranges.timerMs);
      const jitter = draws.between(ranges.timerJitter);
      const step = (): number => timerMs * (1 + draws.between([-jitter, jitter]));
      return sent(draws, ranges, {
        times: running(draws, step),
        channel: ordinary(draws, ranges, keyId),
      });
    },
  },
  {
    ...{ name: 'timer that rests at night', label: 'bot', isHard: true, groups: 20, ...ALONE },
    messages(draws, ranges, { keyId }) {
      const timerMs = draws.between(ranges.timerMs);
      const jitter = draws.between(ranges.timerJitter);
      const step = (): number => timerMs * (1 + draws.between([-jitter, jitter]));
      const nightMs = draws.between([0, DAY_MS]);
      const awakeMs = draws.between(ranges.awakeHours) * HOUR_MS;
      const isDay = (timeMs: number): boolean => (timeMs + nightMs) % DAY_MS > DAY_MS - awakeMs;
      return sent(draws, ranges, {
        times: running(draws, step).filter(isDay),
        channel: ordinary(draws, ranges, keyId),
      });
    },
  },
  {
    ...{ name: 'pauses by chance', label: 'bot', isHard: true, groups: 20, ...ALONE },
    messages(draws, ranges, { keyId }) {
      const meanMs = draws.between(ranges.chanceMs);
      return sent(draws, ranges, {
        times: running(draws, () => draws.exponential(meanMs)),
        channel: ordinary(draws, ranges, keyId),
      });
    },
  },
  {
    ...{ name: 'key outside of its StrongBox', label: 'bot', isHard: false, groups: 20, ...ALONE },
    enrol: (_draws, _ranges, key) => ({ ...key, level: 'strongbox' }),
    messages: fastRun,
  },
  {
    ...{ name: 'imitates a person', label: 'bot', isHard: true, groups: 20, ...ALONE },
    messages: (draws, ranges, { keyId }) =>
      sent(draws, ranges, {
        times: personTimes(draws, ranges),
        channel: ordinary(draws, ranges, keyId),
      }),
  },
];

/** Times of a day that a step lies between. */
export function running(draws: Draws, step: () => number): readonly number[] {
  const times: number[] = [];
  for (let timeMs = draws.between([0, 60_000]); timeMs < DAY_MS; timeMs += step()) {
    times.push(timeMs);
  }
  return times;
}

// A person's day, and a stretch of signatures in it that no StrongBox can make.
function fastRun(draws: Draws, ranges: TrafficRanges, { keyId }: KeyOfGroup): readonly Message[] {
  const gapMs = draws.between(ranges.fastMs);
  const startMs = draws.between([0, DAY_MS - 60_000]);
  const run = Array.from(
    { length: draws.whole(ranges.fastRun) },
    (_, index) => startMs + index * gapMs,
  );
  const times = [...personTimes(draws, ranges), ...run].sort((one, other) => one - other);
  return sent(draws, ranges, { times, channel: ordinary(draws, ranges, keyId) });
}
