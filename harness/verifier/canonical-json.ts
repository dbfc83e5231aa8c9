/**
 * JSON in one form: members sorted by name, no white space, members that are undefined left out.
 * Two equal values give the same bytes, so results can be compared and hashed (cf. RFC 8785).
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(sorted(value));
  // JSON.stringify answers undefined for what is no JSON at all.
  if (typeof text !== 'string') throw new TypeError('the value has no JSON form');
  return text;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members: [string, unknown][] = Object.entries(value);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
