import { TrafficLog, type TrafficEvent } from '../../../harness/relying-party/monitoring/index.js';
import { BOTS } from './bots.js';
import { drawsOf, type OpenDraws } from './draws.js';
import { FARMS } from './farms.js';
import type { KeyTraffic } from './key-traffic.js';
import { keyEvents, type Kind } from './kind.js';
import { PEOPLE } from './people.js';
import { REPLAYERS } from './replayers.js';
import type { TrafficSet } from './traffic-sets.js';

/** Every way in which traffic is made. */
export const KINDS: readonly Kind[] = [...PEOPLE, ...BOTS, ...FARMS, ...REPLAYERS];

/** Where draws come from, and which kinds are made. */
export interface PopulationOptions {
  readonly open?: OpenDraws;
  readonly kinds?: readonly Kind[];
}

/** The traffic of every key of a set, one seed's keys after another's. */
export function populationOf(
  { seeds, ranges }: TrafficSet,
  { open = drawsOf, kinds = KINDS }: PopulationOptions = {},
): readonly KeyTraffic[] {
  const population: KeyTraffic[] = [];
  for (const seed of seeds) {
    const draws = open(seed);
    for (const kind of kinds) {
      for (let group = 0; group < kind.groups; group += 1) {
        const name = `${seed}/${kind.name}/${group}`;
        const common = { groupAddress: `${name}@all`, shared: draws.between([0, 1]) };
        for (let key = kind.keysOf(draws, ranges); key > 0; key -= 1) {
          const keyId = `${name}/${key}`;
          const events = keyEvents(kind, draws, ranges, { keyId, ...common });
          population.push({ keyId, label: kind.label, kind: kind.name, events });
        }
      }
    }
  }
  return population;
}

/** A log that saw all of it, as it came. */
export function logOf(population: readonly KeyTraffic[]): TrafficLog {
  // What a served relying party has to forget of so many keys is not what is measured.
  const log = new TrafficLog({ total: Infinity });
  const events: TrafficEvent[] = population.flatMap((one) => one.events);
  events.sort((one, other) => one.atMs - other.atMs);
  for (const event of events) log.record(event);
  return log;
}
