import { fromBase64, toBase64 } from './bytes.js';
import { MalformedInput, parsing, type Parsed } from './parsed.js';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/**
 * The certificates of a PEM text (RFC 7468), in order. Text around the blocks is allowed, as tools
 * write it there; inside a block everything must be base64. A malformation names the line.
 */
export function parsePemCertificates(text: string): Parsed<readonly Uint8Array[]> {
  return parsing(() => {
    const blocks: Uint8Array[] = [];
    let body: string | null = null;
    let begunAt = 0;
    let offset = 0;
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      const number = index + 1;
      if (line === BEGIN) {
        if (body !== null)
          fail(`block of line ${begunAt} is not ended before line ${number}`, offset);
        body = '';
        begunAt = number;
      } else if (line === END) {
        if (body === null) fail(`line ${number} ends a block that was not begun`, offset);
        blocks.push(decodeBody(body, { begunAt, offset }));
        body = null;
      } else if (body !== null) {
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(line)) fail(`line ${number} is not base64`, offset);
        body += line;
      }
      offset += raw.length + 1;
    }
    if (body !== null) fail(`block of line ${begunAt} is cut off: no END line`, offset);
    if (blocks.length === 0) fail(`no ${BEGIN} line`, 0);
    return blocks;
  });
}

/** One certificate as a PEM block with lines of 64 characters. */
export function encodePemCertificate(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return [BEGIN, ...lines, END, ''].join('\n');
}

function decodeBody(
  body: string,
  place: { readonly begunAt: number; readonly offset: number },
): Uint8Array {
  const bytes = fromBase64(body);
  if (bytes === null || bytes.length === 0) {
    return fail(`block of line ${place.begunAt} is cut off or not base64`, place.offset);
  }
  return bytes;
}

function fail(message: string, offset: number): never {
  throw new MalformedInput(message, offset);
}
