/** Work to be timed: a call, or one that ends later. */
export type Work = () => unknown;

/** Rounds that are not counted: code is compiled and caches are filled in them. */
const WARM_UP_ROUNDS = 60;

/**
 * Median time of one call of each work, in milliseconds. The works take turns, one call a round and
 * every other round in reverse, so that a machine that slows down slows all of them alike.
 */
export async function medians<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds = 400,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(works) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const start = performance.now();
      const result = works[name]();
      if (result instanceof Promise) await result;
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, middle(all)])) as Readonly<
    Record<Name, number>
  >;
}

/** One line of a figure: a name, a time and what it is beside the floor. */
export function figureLine(name: string, ms: number, beside: string): string {
  return `  ${name.padEnd(44)} ${(ms * 1000).toFixed(0).padStart(6)} us  ${beside}\n`;
}

function middle(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
