import type { Mark, PartResult } from './mark.js';

/** A nightly and the bare run after it. */
export interface Pair {
  readonly nightly: Pick<PartResult, 'marks'>;
  readonly bare: Pick<PartResult, 'marks'>;
}

/** Which time of a moment is meant. */
export type Reading = (mark: Mark) => number;

/** Time on the wall. */
export const wallMs: Reading = (mark) => mark.wallMs;
/** Time of processors; NaN where the platform does not tell it. */
export const cpuMs: Reading = (mark) => mark.cpuMs ?? Number.NaN;

/**
 * What a nightly takes longer than the bare run, from birth to end, by the sessions of the bare run:
 * starting and ending what both need is in neither.
 */
export function overhead({ nightly, bare }: Pair, read: Reading): number {
  const sessions = read(bare.marks.ran) - read(bare.marks.ready);
  return (read(nightly.marks.ended) - read(bare.marks.ended)) / sessions;
}

/** The median over pairs. */
export function medianOverhead(pairs: readonly Pair[], read: Reading): number {
  const values = pairs.map((pair) => overhead(pair, read)).sort((left, right) => left - right);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
