import { fromBase64, fromBase64url, fromHex, utf8, utf8Text } from '../../../encoding/bytes.js';
import { parsePemCertificates } from '../../../encoding/pem.js';
import { HarnessError } from '../../../errors.js';
import type { TransportResponse } from '../../../relying-party/index.js';
import { codeOf, STOPPERS, type Stopper } from '../stopper.js';
import type { Answered } from '../target.js';
import type { DefaultEncoding, TextEncoding } from './named-values.js';
import { valueAt } from './pointer.js';
import type { Condition, MappingFile, ReasonMeaning, Source } from './schema.js';

// Too slow, in each other's way, too many: the target did not get as far as a judgement.
const NO_JUDGEMENT: readonly number[] = [408, 409, 429];

/** Whether a condition names a status; `4xx` leaves out those with which nothing is judged. */
export function countsBy({ statuses }: Pick<Condition, 'statuses'>, status: number): boolean {
  return statuses.some((one) => {
    if (typeof one === 'number') return one === status;
    return one === `${Math.floor(status / 100)}xx` && !NO_JUDGEMENT.includes(status);
  });
}

/** What became of a request, by what a mapping takes for accepted and refused. */
export function readAnswer(response: TransportResponse, answers: MappingFile['answers']): Answered {
  const { status } = response;
  const json = jsonOf(response.body);
  const holds = ({ where, ...condition }: Condition) =>
    countsBy(condition, status) && (where === undefined || valueAt(json, where.at) === where.is);
  const [accepted, refused] = [holds(answers.accepted), holds(answers.refused)];
  const reason = reasonIn(response, json, answers.reason);
  if (accepted && refused) {
    return { outcome: 'failed', status, reason: 'an answer that the mapping takes for both' };
  }
  if (accepted) return { outcome: 'accepted', status, response };
  if (refused) {
    return { outcome: 'refused', status, code: reason, speaksOf: meaningOf(reason, answers) };
  }
  return { outcome: 'failed', status, reason: reason ?? 'an answer that judges nothing' };
}

function reasonIn(
  { status, headers }: TransportResponse,
  json: unknown,
  from: MappingFile['answers']['reason'],
): string | null {
  if (from === undefined) return null;
  if (from.status === true) return String(status);
  const found =
    from.header === undefined ? valueAt(json, from.at ?? '') : headers[from.header.toLowerCase()];
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}

// Null where nobody can know what was meant.
function meaningOf(
  reason: string | null,
  { reasons }: MappingFile['answers'],
): readonly Stopper[] | null {
  if (reason === null) return null;
  if (reasons === undefined) {
    const meant = STOPPERS.filter((one) => codeOf(one) === reason);
    return meant.length === 0 ? null : meant;
  }
  const meant = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
  return meant?.flatMap(stoppersOf) ?? null;
}

function stoppersOf(meaning: ReasonMeaning): readonly Stopper[] {
  const family = meaning.endsWith('/*') ? meaning.slice(0, -1) : null;
  return STOPPERS.filter((one) => (family === null ? one === meaning : one.startsWith(family)));
}

/** The bytes that stand somewhere in an answer; throws where there are none. */
export function bytesIn(
  response: TransportResponse,
  source: Source,
  encoding: DefaultEncoding,
): Uint8Array {
  const text = textIn(response, source);
  const bytes = decoded(text, source.as ?? encoding);
  if (bytes !== null && bytes.length > 0) return bytes;
  throw unread(source, `is not written as ${source.as ?? encoding}`);
}

/** The certificates that stand somewhere in an answer, in a list or one after another. */
export function certificatesIn(
  response: TransportResponse,
  source: Source,
  encoding: DefaultEncoding,
): readonly Uint8Array[] {
  const found = standing(response, source);
  if (found === undefined) throw unread(source, 'is not there');
  const texts: readonly unknown[] = Array.isArray(found) ? found : [found];
  const as = source.as ?? encoding;
  const certificates = texts.flatMap((text): readonly (Uint8Array | null)[] => {
    if (typeof text !== 'string') throw unread(source, 'is no text and no list of texts');
    if (as !== 'pem') return [decoded(text, as)];
    const parsed = parsePemCertificates(text);
    return parsed.ok ? parsed.value : [null];
  });
  const whole = certificates.filter((one): one is Uint8Array => one !== null);
  if (whole.length > 0 && whole.length === certificates.length) return whole;
  throw unread(source, `holds no certificates as ${as}`);
}

/** The text that stands somewhere in an answer; throws where there is none. */
export function textIn(response: TransportResponse, source: Source): string {
  const found = standing(response, source);
  if (typeof found === 'string' || typeof found === 'number') return String(found);
  throw unread(source, found === undefined ? 'is not there' : 'is no text');
}

function standing({ headers, body }: TransportResponse, { at, header }: Source): unknown {
  return header === undefined ? valueAt(jsonOf(body), at ?? '') : headers[header.toLowerCase()];
}

function decoded(text: string, as: TextEncoding): Uint8Array | null {
  switch (as) {
    case 'base64':
      return fromBase64(text);
    case 'base64url':
      return fromBase64url(text);
    case 'hex':
      return fromHex(text);
    case 'text':
      return utf8(text);
    case 'pem': {
      const parsed = parsePemCertificates(text);
      return parsed.ok ? (parsed.value[0] ?? null) : null;
    }
  }
}

function unread({ at, header }: Source, problem: string): HarnessError {
  const place = header === undefined ? (at ?? '') : `the header ${header}`;
  return new HarnessError('ERR_RELYING_PARTY', `an accepted answer: ${place} ${problem}`);
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(body) ?? '');
  } catch {
    return undefined;
  }
}
