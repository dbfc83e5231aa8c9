import { seeded } from '../../fuzz/random.js';

/** From and to; a draw lies between them. */
export type Range = readonly [from: number, to: number];

/** Draws from distributions, the same for the same seed. */
export interface Draws {
  /** Uniform. */
  between(range: Range): number;
  /** A whole number, both ends included. */
  whole(range: Range): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Log-normal: half of the draws lie below the median, and `spread` is sigma of the logarithm. */
  logNormal(median: number, spread: number): number;
  /** Exponential: the gaps of a memoryless source. */
  exponential(mean: number): number;
}

/** Opens draws by a seed. */
export type OpenDraws = (seed: number) => Draws;

/** Draws of one seed. */
export const drawsOf: OpenDraws = (seed) => {
  const random = seeded(seed);
  const unit = (): number => (random.below(2 ** 32) + 0.5) / 2 ** 32;
  const between = ([from, to]: Range): number => from + unit() * (to - from);
  return {
    between,
    whole: ([from, to]) => Math.floor(between([from, to + 1])),
    chance: (share) => unit() < share,
    pick: (list) => random.pick(list),
    // Box and Muller's way to a normal draw.
    logNormal: (median, spread) =>
      median * Math.exp(spread * Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit())),
    exponential: (mean) => -mean * Math.log(unit()),
  };
};
