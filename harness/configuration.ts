import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { HarnessError } from './errors.js';

type KeyPath = readonly PropertyKey[];

/** A configuration file that fits its schema, and the way back to its lines. */
export interface Configured<Value> {
  readonly file: string;
  readonly value: Value;
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sha256: string;
  /** An ERR_FILE_INVALID that names file, line, column and key; for rules that no schema can state. */
  invalid(path: KeyPath, message: string): HarnessError;
}

/** Problems of one file that are shown at once; more would hide the first. */
const SHOWN_PROBLEMS = 10;

/** Choices of an enumeration that are all shown; of a longer one, the nearest. */
const SHOWN_CHOICES = 12;

/** Reads a YAML file against a schema. Throws where it is absent, no YAML, or does not fit. */
export function loadYaml<Value>(file: string, schema: z.ZodType<Value>): Configured<Value> {
  const bytes = readFile(file);
  const lines = new LineCounter();
  const document = parseDocument(decode(file, bytes), { lineCounter: lines, prettyErrors: false });
  // A warning is a tag or directive that would silently be dropped.
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw invalidFile(
      broken.map((error) => `${file}:${place(lines, error.pos[0])}: ${error.message}`),
    );
  }
  const locate = (path: KeyPath, key?: string): string =>
    `${file}:${place(lines, offsetOf(document, path, key))}`;
  const parsed = schema.safeParse(toPlain(file, document), { error: explainForAuthors });
  if (!parsed.success) throw invalidFile(parsed.error.issues.flatMap((i) => explain(i, locate)));
  return {
    file,
    value: parsed.data,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    invalid: (path, message) => invalidFile([`${locate(path)}: ${withKey(path, message)}`]),
  };
}

/** Every `.yaml` file of a folder, in the order of their names; the key is the name without it. */
export function loadYamlFolder<Value>(
  folder: string,
  schema: z.ZodType<Value>,
): ReadonlyMap<string, Configured<Value>> {
  const names = listFolder(folder).filter((name) => name.endsWith('.yaml'));
  if (names.length === 0) {
    throw new HarnessError('ERR_FILE_INVALID', `${folder}: holds no .yaml file`);
  }
  return new Map(
    names.map((name) => [name.slice(0, -'.yaml'.length), loadYaml(join(folder, name), schema)]),
  );
}

/** Text of a file of a lab. */
export function readText(file: string): string {
  return decode(file, readFile(file));
}

/** A schema as the JSON Schema text that editors complete from. */
export function jsonSchemaText(schema: z.ZodType, title: string): string {
  const json = z.toJSONSchema(schema, {
    // An author may leave out what has a default.
    io: 'input',
    // Our values are read-only; to an editor the word says that a file must not be written.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return `${JSON.stringify({ title, ...json }, null, 2)}\n`;
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

function unreadable(path: string, cause: unknown): HarnessError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError('ERR_FILE_UNREADABLE', `${path}: ${reason}`, { cause });
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is not UTF-8 text`, { cause });
  }
}

// Aliases that grow without bound are refused by the library with a ReferenceError.
function toPlain(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_INVALID', `${file}: ${reason}`, { cause });
  }
}

function invalidFile(problems: readonly string[]): HarnessError {
  const shown = problems.slice(0, SHOWN_PROBLEMS);
  const rest = problems.length - shown.length;
  const more = rest > 0 ? [`... and ${rest} more`] : [];
  return new HarnessError('ERR_FILE_INVALID', [...shown, ...more].join('\n'));
}

function place(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** The offset of the deepest node on the path that exists; with `key`, of that key in it. */
function offsetOf(document: Document.Parsed, path: KeyPath, key?: string): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown =
      depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node)) continue;
    const complete = depth === path.length;
    const named = complete ? keyOffset(node, key) : null;
    return named ?? node.range?.[0] ?? 0;
  }
  return 0;
}

function keyOffset(node: unknown, key: string | undefined): number | null {
  if (key === undefined || !isMap(node)) return null;
  const pair = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
  );
  return pair !== undefined && isScalar(pair.key) ? (pair.key.range?.[0] ?? null) : null;
}

function withKey(path: KeyPath, message: string): string {
  return path.length === 0 ? message : `${keyText(path)}: ${message}`;
}

/** A path as people write it: `phones[0].alias`. */
function keyText(path: KeyPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function explain(
  issue: z.core.$ZodIssue,
  locate: (path: KeyPath, key?: string) => string,
): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${locate(issue.path, key)}: ${withKey([...issue.path, key], issue.message)}`,
    );
  }
  return [`${locate(issue.path)}: ${withKey(issue.path, issue.message)}`];
}

// The library says only that a key is unknown, and prints every member of a long enumeration.
const explainForAuthors: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return keys.length > 0 ? `unknown key; known keys: ${keys.join(', ')}` : 'unknown key';
  }
  if (issue.code === 'invalid_value' && typeof issue.input === 'string') {
    const { input, values } = issue;
    const words = values.map(String);
    const shown = words.length > SHOWN_CHOICES ? nearest(input, words) : words;
    return `"${input}" is none of the known values; ${words === shown ? 'known' : 'nearest'}: ${shown.join(', ')}`;
  }
  return undefined;
};

function nearest(input: string, words: readonly string[]): readonly string[] {
  return words
    .map((word) => ({ word, distance: editDistance(input, word) }))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ word }) => word);
}

/** Levenshtein's distance. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [above, letter] of Array.from(left).entries()) {
    const next = [above + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (right[column - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
