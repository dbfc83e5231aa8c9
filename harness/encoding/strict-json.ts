import { MalformedInput } from './parsed.js';

/** A value of JSON. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Deeper than any signed payload goes; bounds recursion on hostile input. */
const MAX_DEPTH = 32;

// eslint-disable-next-line no-control-regex -- RFC 8259, 7: control characters must be escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Reads JSON (RFC 8259) in which every name of an object is there once. Of two equal names
 * `JSON.parse` keeps the last and others the first, so that two readers see two objects. Throws
 * `MalformedInput` with the offset in characters.
 */
export function readJson(text: string): JsonValue {
  const cursor: Cursor = { text, at: 0 };
  skipSpace(cursor);
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  if (cursor.at !== text.length) throw new MalformedInput('text after the value', cursor.at);
  return value;
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', cursor.at);
  const first = cursor.text[cursor.at];
  if (first === '{') return readObject(cursor, depth);
  if (first === '[') return readArray(cursor, depth);
  if (first === '"') return readString(cursor);
  const literal = match(cursor, WORD) ?? match(cursor, NUMBER);
  if (literal === null) throw new MalformedInput('no value', cursor.at);
  return JSON.parse(literal) as boolean | number | null;
}

function readObject(cursor: Cursor, depth: number): JsonValue {
  const members = new Map<string, JsonValue>();
  readList(cursor, '}', () => {
    const at = cursor.at;
    const name = readString(cursor);
    if (members.has(name)) {
      throw new MalformedInput(`member ${JSON.stringify(name)} is there twice`, at);
    }
    skipSpace(cursor);
    if (!take(cursor, ':')) throw new MalformedInput('expected a colon', cursor.at);
    skipSpace(cursor);
    members.set(name, readValue(cursor, depth + 1));
  });
  // Defines members instead of setting them, so that `__proto__` is a member like any other.
  return Object.fromEntries(members);
}

function readArray(cursor: Cursor, depth: number): JsonValue {
  const items: JsonValue[] = [];
  readList(cursor, ']', () => {
    items.push(readValue(cursor, depth + 1));
  });
  return items;
}

function readList(cursor: Cursor, end: '}' | ']', readItem: () => void): void {
  cursor.at++;
  skipSpace(cursor);
  if (take(cursor, end)) return;
  for (;;) {
    readItem();
    skipSpace(cursor);
    if (take(cursor, end)) return;
    if (!take(cursor, ',')) throw new MalformedInput(`expected a comma or ${end}`, cursor.at);
    skipSpace(cursor);
  }
}

function readString(cursor: Cursor): string {
  const literal = match(cursor, STRING);
  if (literal === null) throw new MalformedInput('expected a string', cursor.at);
  return JSON.parse(literal) as string;
}

function skipSpace(cursor: Cursor): void {
  match(cursor, SPACE);
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function match(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found === undefined) return null;
  cursor.at += found.length;
  return found;
}
