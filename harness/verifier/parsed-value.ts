import type { Parsed } from '../encoding/parsed.js';

/**
 * What a parser found. Only for checks that need their format's `well-formed`, which keeps them
 * from running on anything else.
 */
export function parsedValue<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error('a check ran on evidence that did not parse');
  return parsed.value;
}
