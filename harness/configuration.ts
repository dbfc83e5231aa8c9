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
  const parsed = schema.safeParse(toPlain(file, document), { error: explainUnknownKeys });
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

/** A schema as the JSON Schema text that editors complete from. */
export function jsonSchemaText(schema: z.ZodType, title: string): string {
  // `input`: an author may leave out what has a default.
  const json = z.toJSONSchema(schema, { io: 'input' });
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

// The library says only that a key is unknown; the keys that exist are the remedy.
const explainUnknownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const shape = shapeOf(issue.inst);
  return shape === null ? 'unknown key' : `unknown key; known keys: ${shape.join(', ')}`;
};

function shapeOf(schema: unknown): readonly string[] | null {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : null;
}
