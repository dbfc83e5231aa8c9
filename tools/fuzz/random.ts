/** A source of numbers that are the same for the same seed. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of the list, which is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Random bytes. */
  bytes(length: number): Uint8Array;
}

/** xorshift32, good enough to choose mutations by; never for keys. */
export function seeded(seed: number): Random {
  // The generator stands still at 0, and seeds that differ by one must part ways at once.
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick(list) {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
