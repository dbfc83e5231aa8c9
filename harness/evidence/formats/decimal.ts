const LARGEST = 2n ** 64n - 1n;

/**
 * An unsigned 64-bit number in decimal without sign, leading zero or space, or null. One text per
 * number, since the text is what gets signed.
 */
export function parseU64(text: string): bigint | null {
  if (!/^(?:0|[1-9]\d{0,19})$/.test(text)) return null;
  const value = BigInt(text);
  return value <= LARGEST ? value : null;
}

/** The one text that `parseU64` reads back as `value`. */
export function formatU64(value: bigint): string {
  if (value < 0n || value > LARGEST) {
    throw new RangeError(`${value} does not fit in 64 unsigned bits`);
  }
  return value.toString();
}
