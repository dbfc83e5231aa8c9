import { WINDOW_MS } from './thresholds.js';
import type { KeyPresented, RequestPresented, TrafficLog } from './traffic-log.js';

/** What one signal is measured from: how much there was, the value, and what it is in words. */
export interface Measurement {
  readonly samples: number;
  /** Null where the samples allow no value, however many there are. */
  readonly value: number | null;
  readonly text: string;
}

/** How one signal is measured. */
export type Measure = (traffic: Traffic) => Measurement;

/** What is known of a key within the window. */
export interface Traffic {
  readonly keyId: string;
  readonly requests: readonly RequestPresented[];
  /** Those that the key itself signed: the rest anybody could have sent in its name. */
  readonly signed: readonly RequestPresented[];
  /** Registrations of the key, and of others of its registration; not bounded by the window. */
  readonly own: readonly KeyPresented[];
  readonly related: readonly KeyPresented[];
  readonly refused: readonly KeyPresented[];
  readonly registrationId: string | null;
  readonly log: TrafficLog;
  readonly isPast: (event: { readonly atMs: number }) => boolean;
  readonly isRecent: (event: { readonly atMs: number }) => boolean;
  readonly nowMs: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Gathers what the log has of a key up to `now`. */
export function trafficOf(log: TrafficLog, keyId: string, now: Date): Traffic {
  const nowMs = now.getTime();
  const isPast: Traffic['isPast'] = ({ atMs }) => atMs <= nowMs;
  const isRecent: Traffic['isRecent'] = (event) => isPast(event) && event.atMs > nowMs - WINDOW_MS;
  const requests = log.requestsOf(keyId).filter(isRecent);
  const own = log.registeredOf(keyId).filter(isPast);
  const signed = requests.filter((request) => request.signed);
  const accepted = signed.findLast(({ code }) => code === null);
  const registrationId = own.at(-1)?.registrationId ?? accepted?.registrationId ?? null;
  const related = registrationId === null ? [] : log.registrationOf(registrationId).filter(isPast);
  const refused = log.refusedOf(keyId).filter(isRecent);
  const known = { keyId, requests, signed, own, related, refused, registrationId };
  return { ...known, log, isPast, isRecent, nowMs };
}

/** What tells one signed message from another; a repeat of it is the same to the byte. */
export function messageOf({ epoch, counter, timestampMs }: RequestPresented): string {
  return `${epoch}/${counter}/${timestampMs}`;
}

/** Requests without those that are sent again. */
export function firstArrivals(requests: readonly RequestPresented[]): readonly RequestPresented[] {
  const first = new Map<string, RequestPresented>();
  for (const request of requests) {
    const message = messageOf(request);
    if (!first.has(message)) first.set(message, request);
  }
  return [...first.values()];
}

/** When requests of the key were accepted. */
export function acceptedTimes({ signed }: Traffic): readonly number[] {
  return signed.filter(({ code }) => code === null).map(({ atMs }) => atMs);
}

/** The pauses between times. */
export function gapsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs));
}

/** The most that `count` finds in any stretch of time of a length, which ends with an event. */
export function busiest<Event extends { readonly atMs: number }>(
  events: readonly Event[],
  lengthMs: number,
  count: (inside: readonly Event[]) => number,
): number {
  const sorted = [...events].sort((one, other) => one.atMs - other.atMs);
  let most = 0;
  let start = 0;
  for (const [index, { atMs: endMs }] of sorted.entries()) {
    while ((sorted[start]?.atMs ?? endMs) <= endMs - lengthMs) start += 1;
    most = Math.max(most, count(sorted.slice(start, index + 1)));
  }
  return most;
}

/** How many different values there are. */
export function distinct(values: readonly (string | null)[]): number {
  return new Set(values.filter((value) => value !== null)).size;
}
