import type { Draws } from './draws.js';
import type { Label, Message } from './key-traffic.js';
import { ALONE, type KeyOfGroup, type Kind } from './kind.js';
import { DAY_MS, DAY_START_MS, ordinary, personTimes, sent } from './phone.js';
import type { TrafficRanges } from './traffic-sets.js';

/** What somebody on the way, or with a copy of an app's memory, makes of a person's messages. */
type Tamper = (
  draws: Draws,
  ranges: TrafficRanges,
  messages: readonly Message[],
) => readonly Message[];

/** Who sends what he has captured, holds back what he has seen, or tries what he has made up. */
export const REPLAYERS: readonly Kind[] = [
  replayer('one request again and again', false, (draws, ranges, messages) => [
    ...messages,
    ...again(draws, draws.pick(messages), draws.whole(ranges.hammered)),
  ]),
  replayer('copies as they pass', false, (draws, ranges, messages) => {
    const share = draws.between(ranges.copied);
    return messages.flatMap((message) =>
      draws.chance(share) ? [message, ...again(draws, message, 1)] : [message],
    );
  }),
  replayer('holds messages back', false, (draws, ranges, messages) => {
    const share = draws.between(ranges.withheld);
    return messages.filter(() => !draws.chance(share));
  }),
  replayer('restores an old state', false, (draws, ranges, messages) => {
    const depth = draws.whole(ranges.restored);
    const at = draws.whole([Math.floor(messages.length / 2), messages.length - 1]);
    return messages.map((message, index) =>
      index < at ? message : { ...message, counter: Math.max(1, message.counter - depth) },
    );
  }),
  replayer('tries signatures', false, (draws, ranges, messages) => {
    const forged = draws.whole(ranges.probes);
    const startMs = DAY_START_MS + draws.between([0, DAY_MS - 3_600_000]);
    return [
      ...messages,
      ...Array.from({ length: forged }, (_, index): Message => {
        const atMs = startMs + index * draws.between([1_000, 60_000]);
        const times = { statedMs: atMs, arrivesMs: atMs + 50 };
        return { counter: 1_000_000 + index, ...times, address: 'elsewhere', isForged: true };
      }),
    ];
  }),
  replayer('seldom and with care', true, (draws, ranges, messages) => [
    ...messages,
    ...Array.from({ length: draws.whole(ranges.careful) }, () =>
      again(draws, draws.pick(messages), 1),
    ).flat(),
  ]),
];

function replayer(name: string, isHard: boolean, tamper: Tamper): Kind {
  const label: Label = 'replayer';
  return {
    ...{ name, label, isHard, groups: 20, ...ALONE },
    messages(draws: Draws, ranges: TrafficRanges, { keyId }: KeyOfGroup) {
      const channel = ordinary(draws, ranges, keyId);
      const messages = sent(draws, ranges, { times: personTimes(draws, ranges), channel });
      return messages.length === 0 ? [] : tamper(draws, ranges, messages);
    },
  };
}

function again(draws: Draws, message: Message, times: number): readonly Message[] {
  return Array.from({ length: times }, () => ({
    ...message,
    arrivesMs: message.arrivesMs + draws.logNormal(30_000, 1.5),
  }));
}
