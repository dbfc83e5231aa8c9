import { signalsOf, type Signal } from './signals-of.js';
import { SUSPICIONS, type Adversary } from './suspicions.js';
import type { TrafficLog } from './traffic-log.js';

/** The risk vector of a key: every signal with its explanation, and whom the raised ones point at. */
export interface Risk {
  readonly keyId: string;
  readonly now: string;
  readonly signals: readonly Signal[];
  /** No score: each of them with its own signal, so that whoever reads it can weigh for himself. */
  readonly suspected: Readonly<Partial<Record<Adversary, readonly Signal['id'][]>>>;
}

/** The risk vector of a key from its last day of traffic before `now`. Pure: it reads no clock. */
export function riskOf(log: TrafficLog, keyId: string, now: Date): Risk {
  const signals = signalsOf(log, keyId, now);
  const suspected: Partial<Record<Adversary, readonly Signal['id'][]>> = {};
  for (const { id, raised } of signals) {
    const adversary = SUSPICIONS[id];
    if (raised && adversary !== null) suspected[adversary] = [...(suspected[adversary] ?? []), id];
  }
  return { keyId, now: now.toISOString(), signals, suspected };
}
