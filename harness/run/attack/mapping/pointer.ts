/** The reference tokens of a JSON pointer (RFC 6901), or null where it is none. */
export function pointerTokens(pointer: string): readonly string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  // `~1` first: `~01` is an escaped tilde before a one.
  const unescaped = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~');
  return pointer.slice(1).split('/').map(unescaped);
}

/** The value that a JSON pointer names, or undefined where there is none. */
export function valueAt(json: unknown, pointer: string): unknown {
  let value = json;
  for (const token of pointerTokens(pointer) ?? [null]) value = member(value, token);
  return value;
}

function member(value: unknown, token: string | null): unknown {
  if (token === null || typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) {
    return Object.hasOwn(value, token) ? (value as Record<string, unknown>)[token] : undefined;
  }
  // No leading zeros (RFC 6901, 4); `-` names the element after the last, which is none.
  return /^(?:0|[1-9]\d*)$/.test(token) ? (value as unknown[])[Number(token)] : undefined;
}
