import type {
  Adversary,
  AttestedLevel,
  TrafficEvent,
} from '../../../harness/relying-party/monitoring/index.js';

/** Who makes traffic, in truth. */
export type Label = 'human' | Adversary;

/** One key's traffic, and who makes it. */
export interface KeyTraffic {
  readonly keyId: string;
  readonly label: Label;
  /** How he goes about it. */
  readonly kind: string;
  readonly events: readonly TrafficEvent[];
}

/** A request on its way to the relying party. */
export interface Message {
  readonly counter: number;
  /** The time that it states. */
  readonly statedMs: number;
  readonly arrivesMs: number;
  readonly address: string;
  /** It was changed or made up: the key has not signed it. */
  readonly isForged?: boolean;
}

/** A key's enrolment, before its traffic. */
export interface Enrolled {
  readonly keyId: string;
  readonly level: AttestedLevel;
  readonly registeredMs: number;
  /** When the phone last renewed its certificate with evidence. */
  readonly renewedMs: number;
  readonly latencyMs: number;
  readonly address: string;
}

const PAST_WINDOW_MS = 120_000;
const FUTURE_WINDOW_MS = 30_000;

/** What the relying party would record: its order of refusals and its strict counters. */
export function eventsOf(key: Enrolled, messages: readonly Message[]): readonly TrafficEvent[] {
  const { keyId, registeredMs, renewedMs, level, address, latencyMs } = key;
  const registrationId = `r-${keyId}`;
  const subject = `s-${keyId}`;
  const challenged = (atMs: number, purpose: 'tls' | 'sign'): readonly TrafficEvent[] => [
    { kind: 'challenge-issued', atMs: atMs - latencyMs, subject, purpose, registrationId, address },
    {
      ...{ kind: 'key-presented', atMs, subject, purpose, registrationId, code: null, latencyMs },
      ...{ keyId: purpose === 'sign' ? keyId : `tls-${keyId}`, address },
    },
  ];
  const attested = { kind: 'key-attested', atMs: registeredMs, keyId, registrationId } as const;
  let last = 0;
  const requests = [...messages]
    .sort((one, other) => one.arrivesMs - other.arrivesMs)
    .map((message): TrafficEvent => {
      const { counter, statedMs, arrivesMs, isForged = false } = message;
      const code = codeOf(message, last);
      if (code === null) last = counter;
      return {
        ...{ kind: 'request-presented', atMs: Math.round(arrivesMs), keyId, registrationId },
        ...{ epoch: 1n, counter: BigInt(counter), timestampMs: BigInt(Math.round(statedMs)) },
        ...{ code, signed: !isForged, address: message.address },
      };
    });
  return [
    ...challenged(registeredMs, 'sign'),
    { ...attested, level, patchLevel: 202_602 },
    ...challenged(renewedMs, 'tls'),
    ...requests,
  ];
}

function codeOf(message: Message, last: number): string | null {
  const { counter, statedMs, arrivesMs, isForged } = message;
  if (isForged === true) return 'bad_signature';
  if (arrivesMs - statedMs > PAST_WINDOW_MS) return 'timestamp_stale';
  if (statedMs - arrivesMs > FUTURE_WINDOW_MS) return 'timestamp_future';
  if (counter === last) return 'counter_replayed';
  return counter < last ? 'counter_rollback' : null;
}
