import {
  concatBytes,
  toBase64,
  toBase64url,
  toHex,
  u16,
  utf8,
  utf8Text,
} from '../../../encoding/bytes.js';
import { Inexpressible } from '../inexpressible.js';
import {
  FORMATS_OF_KIND,
  kindOf,
  PEM_LABELS,
  type DefaultEncoding,
  type NamedValue,
  type NamedValues,
} from './named-values.js';

/** A name in a template with the formats that it asks for, or text as it stands. */
export type TemplatePart = string | { readonly name: string; readonly formats: readonly string[] };

/** What a template is for: text, one value of a JSON body, or bytes that are signed or hashed. */
export type TemplateUse = 'text' | 'value' | 'bytes';

const PART = /\{\{|\}\}|\{([A-Za-z][A-Za-z0-9]*)((?::[a-z0-9-]+)*)\}|[{}]|[^{}]+/g;

/** The parts of a template such as `Bearer {token}`; a brace that is meant as one is doubled. */
export function parseTemplate(text: string): readonly TemplatePart[] | null {
  const parts: TemplatePart[] = [];
  for (const [found, name, formats = ''] of text.matchAll(PART)) {
    if (name !== undefined) parts.push({ name, formats: formats.split(':').slice(1) });
    else if (found === '{{' || found === '}}') parts.push(found.slice(1));
    else if (found === '{' || found === '}') return null;
    else parts.push(found);
  }
  return parts;
}

/** The names in a template that parses. */
export function namesIn(text: string): readonly string[] {
  return partsOf(text).flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/** What is wrong with a template where these names are known, or null. */
export function templateProblem(
  text: string,
  { known, use }: { readonly known: ReadonlySet<string>; readonly use: TemplateUse },
): string | null {
  const parts = parseTemplate(text);
  if (parts === null) return 'a brace that opens or closes nothing; write {{ or }} for a brace';
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const problem = nameProblem(part, { known, use, isAlone: parts.length === 1 });
    if (problem !== null) return problem;
  }
  return null;
}

function nameProblem(
  { name, formats }: Exclude<TemplatePart, string>,
  { known, use, isAlone }: { known: ReadonlySet<string>; use: TemplateUse; isAlone: boolean },
): string | null {
  if (!known.has(name)) {
    return `{${name}} is not known here; known: ${[...known].sort().join(', ')}`;
  }
  const kind = kindOf(name);
  const allowed = [
    ...FORMATS_OF_KIND[kind],
    ...(use === 'bytes' && isPrefixed(kind) ? ['u16'] : []),
  ];
  const unknown = formats.find((format) => !allowed.includes(format));
  if (unknown !== undefined) {
    const choice = allowed.length === 0 ? 'it takes none' : `known: ${allowed.join(', ')}`;
    return `{${name}:${unknown}}: no such format of ${name}; ${choice}`;
  }
  if (formats.includes('pem') && PEM_LABELS[name] === undefined) {
    return `{${name}:pem}: only ${Object.keys(PEM_LABELS).join(', ')} are written as PEM`;
  }
  const isWhole = use === 'value' && isAlone;
  if (kind === 'list' && !isWhole && !formats.includes('pem-bundle')) {
    return `{${name}} is a list, which only a value of its own can be; {${name}:pem-bundle} is one text`;
  }
  if (formats.includes('number') && !isWhole) {
    return `{${name}:number} is a JSON number, which only a value of its own can be`;
  }
  return null;
}

const isPrefixed = (kind: string): boolean => kind === 'bytes' || kind === 'text';

/** Renders a template as text; null where it names a value that there is not. */
export function renderText(
  text: string,
  values: NamedValues,
  encoding: DefaultEncoding,
): string | null {
  return joined(text, (part) => written(part, values, encoding));
}

/** As `renderText`, with values written so that they are one segment of a path or query. */
export function renderPath(
  text: string,
  values: NamedValues,
  encoding: DefaultEncoding,
): string | null {
  return joined(text, (part) => {
    const value = written(part, values, encoding);
    return value === null ? null : encodeURIComponent(value);
  });
}

function joined(
  text: string,
  write: (part: Exclude<TemplatePart, string>) => string | null,
): string | null {
  const rendered = partsOf(text).map((part) => (typeof part === 'string' ? part : write(part)));
  return rendered.some((part) => part === null) ? null : rendered.join('');
}

/** Renders a template as a value of a JSON body: text, but a list or a number where it is asked for. */
export function renderValue(
  text: string,
  values: NamedValues,
  encoding: DefaultEncoding,
): string | number | readonly string[] | null {
  const [part, ...more] = partsOf(text);
  if (part === undefined || typeof part === 'string' || more.length > 0) {
    return renderText(text, values, encoding);
  }
  const value = values.get(part.name);
  if (value === undefined) return null;
  if (isList(value) && !part.formats.includes('pem-bundle')) {
    return value.map((one) => encoded(one, part.formats[0] ?? encoding, part.name));
  }
  const rendered = written(part, values, encoding);
  if (rendered === null || !part.formats.includes('number')) return rendered;
  // What an attack made of a number may be none, and is then sent as the text that it is.
  return Number.isSafeInteger(Number(rendered)) && String(Number(rendered)) === rendered
    ? Number(rendered)
    : rendered;
}

/** Renders a template as bytes: bytes go in as they are where no format is named. */
export function renderBytes(text: string, values: NamedValues): Uint8Array {
  return concatBytes(
    ...partsOf(text).map((part) => {
      if (typeof part === 'string') return utf8(part);
      const value = values.get(part.name);
      if (value === undefined) throw new Error(`a template was let through without {${part.name}}`);
      const formats = part.formats.filter((format) => format !== 'u16');
      const bytes =
        value instanceof Uint8Array && formats.length === 0
          ? value
          : utf8(written({ ...part, formats }, values, 'base64') ?? '');
      return part.formats.includes('u16') ? concatBytes(u16(bytes.length), bytes) : bytes;
    }),
  );
}

function written(
  { name, formats }: Exclude<TemplatePart, string>,
  values: NamedValues,
  encoding: DefaultEncoding,
): string | null {
  const value = values.get(name);
  if (value === undefined) return null;
  if (isList(value)) return value.map((one) => encoded(one, 'pem', name)).join('');
  if (value instanceof Uint8Array) return encoded(value, formats[0] ?? encoding, name);
  return kindOf(name) === 'time' ? timeText(value, formats) : value;
}

function encoded(bytes: Uint8Array, format: string, name: string): string {
  switch (format) {
    case 'base64':
      return toBase64(bytes);
    case 'base64url':
      return toBase64url(bytes);
    case 'hex':
      return toHex(bytes);
    case 'pem':
      return pemText(bytes, PEM_LABELS[name] ?? '');
    default: {
      const text = utf8Text(bytes);
      if (text !== null) return text;
      throw new Inexpressible(`the mapping sends {${name}} as text, and what is sent is none`);
    }
  }
}

function pemText(bytes: Uint8Array, label: string): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function timeText(ms: string, formats: readonly string[]): string {
  if (!/^\d{1,15}$/.test(ms)) return ms;
  if (formats.includes('s')) return String(BigInt(ms) / 1000n);
  return formats.includes('iso') ? new Date(Number(ms)).toISOString() : ms;
}

function isList(value: NamedValue): value is readonly Uint8Array[] {
  return Array.isArray(value);
}

function partsOf(text: string): readonly TemplatePart[] {
  const parts = parseTemplate(text);
  if (parts === null) throw new Error(`a template was let through that does not parse: ${text}`);
  return parts;
}
