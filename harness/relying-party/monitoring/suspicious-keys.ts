import { setImmediate } from 'node:timers/promises';
import { riskOf, type Risk } from './risk-of.js';
import type { TrafficLog } from './traffic-log.js';

/** The keys whose traffic raises signals, and how many were looked at for it. */
export interface SuspiciousKeys {
  readonly now: string;
  /** Keys that the log has something of, and how many of them were looked at: those heard of last. */
  readonly known: number;
  readonly examined: number;
  readonly keys: readonly Risk[];
}

/** A key with much traffic takes some 30 ms. */
const EXAMINED = 200;
const LISTED = 50;

/**
 * The most suspicious keys first: by how many signals point at one adversary, then by how many are
 * raised. That is an order to look into them, and no score. Others are served between two keys.
 */
export async function suspiciousKeys(
  log: TrafficLog,
  now: Date,
  { examine = EXAMINED, list = LISTED }: { readonly examine?: number; readonly list?: number } = {},
): Promise<SuspiciousKeys> {
  const known = log.keys();
  const examined = known.slice(0, examine);
  const risks: Risk[] = [];
  for (const keyId of examined) {
    risks.push(riskOf(log, keyId, now));
    await setImmediate();
  }
  const raised = risks.filter((risk) => raisedIn(risk) > 0);
  const inOrder = raised.sort(
    (one, other) => worstOf(other) - worstOf(one) || raisedIn(other) - raisedIn(one),
  );
  return {
    ...{ now: now.toISOString(), known: known.length, examined: examined.length },
    keys: inOrder.slice(0, list),
  };
}

function worstOf({ suspected }: Risk): number {
  return Math.max(0, ...Object.values(suspected).map((ids) => ids.length));
}

function raisedIn({ signals }: Risk): number {
  return signals.filter(({ raised }) => raised).length;
}
