import {
  ParseError,
  parseDictionary,
  serializeInnerList,
  serializeItem,
  type InnerList,
  type Item,
} from 'structured-headers';
import { MalformedInput } from '../../encoding/parsed.js';

type Headers = readonly (readonly [name: string, value: string])[];

/** A request as a signature of RFC 9421 covers it. */
export interface SignableRequest {
  readonly method: string;
  /** The Host header, or `:authority`, as sent; over https. */
  readonly authority: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: Headers;
}

/** A response as a signature of RFC 9421 covers it. */
export interface SignableResponse {
  readonly status: number;
  readonly headers: Headers;
}

/** Either. */
export type SignableMessage = SignableRequest | SignableResponse;

/** The port that an authority of https need not name. */
const DEFAULT_PORT = /:443$/;

/**
 * The text that a signature covers (RFC 9421, 2.5), for a member of Signature-Input. Throws
 * `MalformedInput` where the message lacks a component, or the list names one twice or one that
 * nobody here can derive.
 */
export function signatureBase(message: SignableMessage, input: InnerList): string {
  const [components] = input;
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const component of components) {
    const identifier = serializeItem(component);
    if (seen.has(identifier)) malformed(`component ${identifier} is covered twice`);
    seen.add(identifier);
    lines.push(`${identifier}: ${valueOf(message, component)}`);
  }
  return [...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n');
}

/** The members of a field that is a dictionary (RFC 9651, 3.2), whose lines come in order. */
export function readDictionary(
  headers: Headers,
  name: string,
): ReadonlyMap<string, Item | InnerList> {
  const lines = valuesOf(headers, name);
  if (lines.length === 0) malformed(`header ${name} is missing`);
  try {
    return parseDictionary(lines.join(', '));
  } catch (error) {
    if (error instanceof ParseError) malformed(`${name}: ${error.message}`);
    throw error;
  }
}

/** Whether a member of a dictionary is a list with parameters, as those of Signature-Input are. */
export function isInnerList(member: Item | InnerList): member is InnerList {
  return Array.isArray(member[0]);
}

function valueOf(message: SignableMessage, [name, parameters]: Item): string {
  if (typeof name !== 'string') malformed('a component is not named by a string');
  if (!name.startsWith('@')) {
    // RFC 9421, 2.1: other ways to write a field (sf, key, bs, tr, req) are not read here.
    if (parameters.size > 0) malformed(`component ${name} has parameters that are not supported`);
    const values = valuesOf(message.headers, name);
    if (values.length === 0) malformed(`component ${name} is covered and not there`);
    return values.join(', ');
  }
  if ('status' in message) {
    if (name !== '@status' || parameters.size > 0) malformed(`a response has no ${name}`);
    return String(message.status);
  }
  return derived(message, name, parameters);
}

function derived(
  { method, authority, target }: SignableRequest,
  name: string,
  parameters: Item[1],
): string {
  const [path, query] = cutOnce(target, '?');
  const host = authority.toLowerCase().replace(DEFAULT_PORT, '');
  if (name === '@query-param') return queryParameter(query ?? '', parameters);
  if (parameters.size > 0) malformed(`component ${name} has parameters that are not supported`);
  switch (name) {
    case '@method':
      return method;
    case '@authority':
      return host;
    case '@scheme':
      return 'https';
    case '@target-uri':
      return `https://${host}${target}`;
    case '@request-target':
      return target;
    case '@path':
      return path === '' ? '/' : path;
    case '@query':
      // RFC 9421, 2.2.7: the question mark is there also where no query is.
      return `?${query ?? ''}`;
    default:
      return malformed(`a request has no ${name}`);
  }
}

// RFC 9421, 2.2.8: decoded as a form is, encoded again, and there exactly once.
function queryParameter(query: string, parameters: Item[1]): string {
  const name: unknown = parameters.get('name');
  if (typeof name !== 'string' || parameters.size > 1) {
    malformed('component @query-param needs one parameter, its name');
  }
  const found = [...new URLSearchParams(query)].filter(([key]) => encodeURIComponent(key) === name);
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) {
    malformed(`the query has ${found.length} parameters ${name}, not one`);
  }
  return encodeURIComponent(only[1]);
}

// RFC 9421, 2.1: without the spaces around each line's value, nor the line folds of old.
function valuesOf(headers: Headers, name: string): readonly string[] {
  return headers
    .filter(([sent]) => sent.toLowerCase() === name)
    .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
}

function cutOnce(text: string, mark: string): readonly [before: string, after?: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function malformed(message: string): never {
  throw new MalformedInput(message, 0);
}
