import { utf8 } from '../../../encoding/bytes.js';
import type { TransportRequest } from '../../../relying-party/index.js';
import { Inexpressible } from '../inexpressible.js';
import type { DefaultEncoding, NamedValues } from './named-values.js';
import { namesIn, renderPath, renderText, renderValue } from './template.js';

type Header = readonly [name: string, value: string];

/** Headers of which each is sent whose values there are. */
export function renderHeaders(
  headers: Readonly<Record<string, string>>,
  values: NamedValues,
  encoding: DefaultEncoding,
): readonly Header[] {
  return Object.entries(headers).flatMap(([name, template]) => {
    const value = renderText(template, values, encoding);
    return value === null ? [] : [[name, value] as const];
  });
}

/** A request as a mapping has it, with its values put in. */
export function renderRequest(
  mapped: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  },
  values: NamedValues,
  encoding: DefaultEncoding,
): Omit<TransportRequest, 'url'> & { readonly path: string } {
  const { method, body } = mapped;
  const path = pathOf(mapped.path, values, encoding);
  const headers = renderHeaders(mapped.headers, values, encoding);
  if (body === undefined) return { method, path, headers, body: new Uint8Array() };
  const isTyped = headers.some(([name]) => name.toLowerCase() === 'content-type');
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return {
    ...{ method, path },
    headers: isTyped ? headers : [['content-type', type], ...headers],
    body: renderBody(body, values, encoding),
  };
}

/** The path of a template; throws where it names what there is not. */
export function pathOf(template: string, values: NamedValues, encoding: DefaultEncoding): string {
  const path = renderPath(template, values, encoding);
  if (path !== null) return path;
  throw new Inexpressible('the path of the mapping names what is left out');
}

/**
 * A body with its values put in: JSON, or a text that is sent as it is. Of a value that there is not,
 * the member is left out, and what holds it too where nothing but constants would be left there.
 */
export function renderBody(
  body: unknown,
  values: NamedValues,
  encoding: DefaultEncoding,
): Uint8Array {
  if (typeof body !== 'string') {
    return utf8(JSON.stringify(rendered(body, values, encoding).value));
  }
  const text = renderText(body, values, encoding);
  if (text !== null) return utf8(text);
  throw new Inexpressible('the body of the mapping is one text, and names what is left out');
}

interface Rendered {
  readonly value: unknown;
  /** Whether something in it was named and left out. */
  readonly lost: boolean;
  /** Whether something in it was named and put in. */
  readonly named: boolean;
}

function rendered(json: unknown, values: NamedValues, encoding: DefaultEncoding): Rendered {
  if (typeof json === 'string') {
    const value = renderValue(json, values, encoding);
    return { value, lost: value === null, named: namesIn(json).length > 0 };
  }
  if (typeof json !== 'object' || json === null) return { value: json, lost: false, named: false };
  const members = Object.entries(json).map(([key, value]) => ({
    ...{ key, ...rendered(value, values, encoding) },
  }));
  const kept = members.filter(({ lost, named, value }) => !lost || (named && value !== null));
  const state = {
    lost: members.some(({ lost }) => lost),
    named: kept.some(({ named }) => named),
  };
  if (Array.isArray(json)) return { ...state, value: kept.map(({ value }) => value) };
  return { ...state, value: Object.fromEntries(kept.map(({ key, value }) => [key, value])) };
}
