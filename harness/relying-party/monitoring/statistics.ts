/** The middle value of at least one; between two middle ones, their mean. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('a median of no values');
  return (lower + upper) / 2;
}

/** The median distance from the median: spread that a few wild values do not move. */
export function medianDeviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** Standard deviation over mean: 0 for equal values, 1 for those of a memoryless source. */
export function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (mean === 0) return 0;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) / mean;
}

/** Slope of a line through points, as the median of all pairs' (Theil and Sen); null for one time only. */
export function slope(
  points: readonly { readonly x: number; readonly y: number }[],
): number | null {
  const slopes: number[] = [];
  points.forEach((one, index) => {
    for (const other of points.slice(index + 1)) {
      if (other.x !== one.x) slopes.push((other.y - one.y) / (other.x - one.x));
    }
  });
  return slopes.length === 0 ? null : median(slopes);
}

/** How the next value goes with the one before (lag-1 autocorrelation), from -1 to 1; 0 for equal values. */
export function autocorrelation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // Equal values leave no more than what their mean was rounded by.
  if (squares < values.length * (1e-9 * mean) ** 2 || squares === 0) return 0;
  const products = values
    .slice(1)
    .reduce((sum, value, index) => sum + (value - mean) * ((values[index] ?? mean) - mean), 0);
  return products / squares;
}

/** Shannon entropy in bits of what share of values falls into each octave: bins that double in width. */
export function octaveEntropy(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) {
    const octave = Math.floor(Math.log2(Math.max(1, value)));
    counts.set(octave, (counts.get(octave) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    bits -= (count / values.length) * Math.log2(count / values.length);
  }
  return bits;
}

/** Variance over mean of how many times fall into each bin from the first to the last (Fano's factor). */
export function fano(times: readonly number[], binMs: number): number {
  const first = Math.min(...times);
  const bins = Math.floor((Math.max(...times) - first) / binMs) + 1;
  const counts = new Array<number>(bins).fill(0);
  for (const time of times) {
    const bin = Math.floor((time - first) / binMs);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const mean = times.length / bins;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / bins / mean;
}
