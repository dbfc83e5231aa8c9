import type { Draws } from './draws.js';
import { eventsOf, type Enrolled, type Label, type Message } from './key-traffic.js';
import type { TrafficEvent } from '../../../harness/relying-party/monitoring/index.js';
import { enrolled, firstUse } from './phone.js';
import type { TrafficRanges } from './traffic-sets.js';

/** A way to make traffic. */
export interface Kind {
  readonly name: string;
  readonly label: Label;
  /** Whether it is meant to be hard to tell. */
  readonly isHard: boolean;
  /** How many groups a seed has. */
  readonly groups: number;
  readonly keysOf: (draws: Draws, ranges: TrafficRanges) => number;
  /** The traffic of one key after its first request; counters go on from 2. */
  readonly messages: (draws: Draws, ranges: TrafficRanges, key: KeyOfGroup) => readonly Message[];
  /** Whether its keys lie in stock before they are used. */
  readonly isStock?: boolean;
  readonly enrol?: (draws: Draws, ranges: TrafficRanges, key: Enrolled) => Enrolled;
}

/** One key among those of its group. */
export interface KeyOfGroup extends Enrolled {
  /** The group's common address, and a number between 0 and 1 that its keys share. */
  readonly groupAddress: string;
  readonly shared: number;
}

/** One key of a group: enrolled, first used, and then as its kind goes about it. */
export function keyEvents(
  kind: Kind,
  draws: Draws,
  ranges: TrafficRanges,
  group: { readonly keyId: string; readonly groupAddress: string; readonly shared: number },
): readonly TrafficEvent[] {
  const inOrder = enrolled(draws, group.keyId);
  const key = kind.enrol?.(draws, ranges, inOrder) ?? inOrder;
  const first = kind.isStock === true ? [] : [firstUse(draws, key)];
  return eventsOf(key, [...first, ...kind.messages(draws, ranges, { ...key, ...group })]);
}

/** A kind whose keys stand alone. */
export const ALONE = { keysOf: () => 1 } as const;
