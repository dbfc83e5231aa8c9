import type { PatchLevelFloor } from '../policy.js';

const DAY_MS = 86_400_000;

/**
 * The day that a patch level stands for, as ms of UTC, or null where it is none: YYYYMM or YYYYMMDD.
 * A level that names no day counts as the first of its month, the oldest that it can be.
 */
export function patchLevelDay(level: bigint): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})?$/.exec(level.toString());
  return match === null ? null : dayOf(match);
}

/** The day of a floor's text: `YYYY-MM` or `YYYY-MM-DD`; null where it is none. */
export function floorDay(text: string): number | null {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text);
  return match === null ? null : dayOf(match);
}

/** Whether a level of `day` is as new as `floor` demands at `now`. */
export function reachesFloor(
  day: number,
  { floor, now }: { readonly floor: PatchLevelFloor; readonly now: Date },
): boolean {
  if ('maxAgeDays' in floor) return Math.floor((now.getTime() - day) / DAY_MS) <= floor.maxAgeDays;
  // A floor that is no day stops everything: nothing is known to be as new as that.
  return day >= (floorDay(floor.notBefore) ?? Number.POSITIVE_INFINITY);
}

/** A floor in words. */
export function floorText(floor: PatchLevelFloor): string {
  return 'maxAgeDays' in floor
    ? `at most ${floor.maxAgeDays} days old`
    : `of ${floor.notBefore} or later`;
}

function dayOf([, year, month, day = '01']: RegExpExecArray): number | null {
  const text = `${year}-${month}-${day}T00:00:00.000Z`;
  const ms = Date.parse(text);
  // The parser rolls 31 April over into May; what it gives back must be what went in.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== text ? null : ms;
}
