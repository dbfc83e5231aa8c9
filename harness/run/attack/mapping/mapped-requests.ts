import { fromBase64url, toBase64, toBase64url, utf8 } from '../../../encoding/bytes.js';
import { readP256Signature, writeP256Pair } from '../../../encoding/ecdsa.js';
import { parsing } from '../../../encoding/parsed.js';
import { PROFILE_S_HEADERS } from '../../../evidence/formats/index.js';
import {
  headerValues,
  profileRHeaders,
  type SignedHttpRequest,
} from '../../../evidence/signed-request/index.js';
import { Inexpressible } from '../inexpressible.js';
import type { RequestForm, RequestKind, Session, StatedRequest } from '../target.js';
import { digestOf, sha256 } from './digest.js';
import type { Mapping } from './load-mapping.js';
import type { NamedValue, NamedValues } from './named-values.js';
import { pathOf, renderBody, renderHeaders } from './render-request.js';
import type { SignedShape } from './schema.js';
import { namesIn, renderBytes } from './template.js';
import { sendOver, type Wire } from './wire.js';

interface Speaking {
  readonly mapping: Mapping;
  readonly wire: Wire;
  readonly rpId: string;
}

/** Requests of a kind as a mapping has them; null where it has none. */
export function mappedRequests(kind: RequestKind, speaking: Speaking): RequestForm | null {
  const { signedRequest, rfc9421Request, assertedRequest } = speaking.mapping;
  switch (kind) {
    case 'signed-request':
      if (signedRequest === undefined) return null;
      return statedRequests(signedRequest, speaking, {
        made: 'signature',
        over: [signedRequest.signs],
        signed: (values) => renderBytes(signedRequest.signs, values),
        written: signedRequest.signature === 'der' ? (der) => der : pairOf,
      });
    case 'asserted-request': {
      if (assertedRequest === undefined) return null;
      const { signs } = assertedRequest;
      return statedRequests(assertedRequest, speaking, {
        made: 'assertion',
        over: [signs.bytes ?? signs.sha256 ?? ''],
        signed: (values) => digestOf(signs, values),
        written: (assertion) => assertion,
      });
    }
    case 'profile-r-request':
      return rfc9421Request === undefined ? null : profileRRequests(rfc9421Request, speaking);
  }
}

interface Making {
  /** What the signature is called. */
  readonly made: 'signature' | 'assertion';
  /** Templates of what is signed. */
  readonly over: readonly string[];
  signed(values: NamedValues): Uint8Array;
  /** The target's encoding of a signature. */
  written(signature: Uint8Array): Uint8Array;
}

// Attacks are made on requests in the form of profile S. Its headers are what is stated, whatever the
// target calls it and wherever it wants it.
function statedRequests(shape: SignedShape, speaking: Speaking, making: Making): RequestForm {
  const { encoding } = speaking.mapping;
  const named = new Set([
    ...[...Object.values(shape.headers), ...textsIn(shape.body), ...making.over].flatMap(namesIn),
  ]);
  return {
    states: (name) => named.has(name),
    async sign(session, stated, sign) {
      const request = unsigned(shape, speaking, session);
      const headers = [['content-type', shape.contentType] as const, ...headersOf(stated)];
      const values = valuesOf(session, speaking, { ...request, headers }, making);
      const signature = toBase64url(await sign(making.signed(values)));
      return { ...request, headers: [...headers, [PROFILE_S_HEADERS.signature, signature]] };
    },
    send(session, sent, genuine) {
      const rendered = (one: SignedHttpRequest) => {
        const values = valuesOf(session, speaking, one, making);
        return {
          method: one.method,
          path: pathSent(one, { shape, speaking, session }),
          headers: [
            ['host', one.authority] as const,
            ...one.headers.filter(([name]) => !STATED.has(name.toLowerCase())),
            ...repeated(shape, { ...speaking, session }, one, making),
          ],
          body: shape.body === undefined ? one.body : renderBody(shape.body, values, encoding),
        };
      };
      return sentUnlessSame(speaking, session, rendered(sent), genuine && rendered(genuine));
    },
  };
}

function profileRRequests(shape: SignedShape, speaking: Speaking): RequestForm {
  return {
    states: () => true,
    async sign(session, { keyId, ...stated }, sign) {
      const request = unsigned(shape, speaking, session);
      const { contentType } = shape;
      const input = { ...request, ...stated, contentType, keyId: toBase64url(keyId) };
      // Once for the text that is signed, and again with what the key made of it.
      let text = new Uint8Array();
      profileRHeaders(input, (data) => {
        text = Uint8Array.from(data);
        return new Uint8Array(64);
      });
      const signature = await sign(text);
      const headers = profileRHeaders(input, () => signature);
      return { ...request, headers: [['content-type', contentType], ...headers] };
    },
    send(session, sent, genuine) {
      const values = new Map<string, NamedValue>([...phoneValues(session, speaking)]);
      const rendered = (one: SignedHttpRequest) => ({
        ...{ method: one.method, body: one.body },
        path: pathSent(one, { shape, speaking, session }),
        headers: [
          ['host', one.authority] as const,
          ...renderHeaders(shape.headers, values, speaking.mapping.encoding),
          ...one.headers,
        ],
      });
      return sentUnlessSame(speaking, session, rendered(sent), genuine && rendered(genuine));
    },
  };
}

interface Rendered {
  readonly method: string;
  readonly path: string;
  readonly headers: SignedHttpRequest['headers'];
  readonly body: Uint8Array;
}

function sentUnlessSame(
  { wire }: Speaking,
  { identity }: Session,
  sent: Rendered,
  genuine: Rendered | null,
) {
  if (genuine !== null && told(sent) === told(genuine)) {
    throw new Inexpressible('the target takes nothing of what it spoils');
  }
  const { path, ...rest } = sent;
  return sendOver(wire, identity, { ...rest, url: `${wire.apiUrl}${path}` });
}

function told({ method, path, headers, body }: Rendered): string {
  return JSON.stringify([method, path, headers, toBase64(body)]);
}

function unsigned(shape: SignedShape, speaking: Speaking, session: Session) {
  const values = phoneValues(session, speaking);
  return {
    method: shape.method,
    authority: new URL(speaking.wire.apiUrl).host,
    target: pathOf(shape.path, values, speaking.mapping.encoding),
    body: utf8(shape.payload),
  };
}

// An attack sends a request to a path of which no backend knows; the mapping may name one that it does.
function pathSent(
  { target }: SignedHttpRequest,
  by: { readonly shape: SignedShape; readonly speaking: Speaking; readonly session: Session },
): string {
  const { shape, speaking, session } = by;
  const { encoding } = speaking.mapping;
  const values = phoneValues(session, speaking);
  const isOwn = target === pathOf(shape.path, values, encoding);
  return isOwn || shape.otherPath === undefined
    ? target
    : pathOf(shape.otherPath, values, encoding);
}

function phoneValues({ subject, kept }: Session, { rpId }: Speaking): Map<string, NamedValue> {
  return new Map<string, NamedValue>([...kept, ['rpId', rpId], ['subject', subject]]);
}

const STATED = new Set<string>(Object.values(PROFILE_S_HEADERS));
const HEADER_OF = {
  ...{ keyId: PROFILE_S_HEADERS.keyId, epoch: PROFILE_S_HEADERS.epoch },
  ...{ counter: PROFILE_S_HEADERS.counter, timestamp: PROFILE_S_HEADERS.timestamp },
} as const;

function headersOf({ keyId, epoch, counter, timestampMs }: StatedRequest) {
  return [
    [PROFILE_S_HEADERS.keyId, toBase64url(keyId)],
    [PROFILE_S_HEADERS.epoch, String(epoch)],
    [PROFILE_S_HEADERS.counter, String(counter)],
    [PROFILE_S_HEADERS.timestamp, String(timestampMs)],
  ] as const;
}

/** What a request states, where a header comes more than once by its `turn`. */
function valuesOf(
  session: Session,
  speaking: Speaking,
  request: SignedHttpRequest,
  making: Pick<Making, 'made' | 'written'>,
  turn = 0,
): Map<string, NamedValue> {
  const { method, authority, target, body } = request;
  const values = phoneValues(session, speaking);
  const [contentType = ''] = headerValues(request, 'content-type');
  const about = { method, authority, path: target, contentType };
  for (const [name, value] of Object.entries(about)) values.set(name, value);
  values.set('payload', body).set('payloadSha256', sha256(body));
  for (const [name, header] of Object.entries(HEADER_OF)) {
    const stated = headerValues(request, header);
    const value = stated[turn] ?? stated.at(-1);
    if (value === undefined) continue;
    values.set(name, name === 'keyId' ? (fromBase64url(value) ?? value) : value);
  }
  const [signature] = headerValues(request, PROFILE_S_HEADERS.signature);
  if (signature === undefined) return values;
  const bytes = fromBase64url(signature);
  return values.set(making.made, bytes === null ? signature : making.written(bytes));
}

// A header of the target comes as often as the most frequent of what stands in it.
function repeated(
  shape: SignedShape,
  { session, ...speaking }: Speaking & { readonly session: Session },
  request: SignedHttpRequest,
  making: Making,
): SignedHttpRequest['headers'] {
  const times = (name: string): number =>
    isStated(name) ? headerValues(request, HEADER_OF[name]).length : 1;
  const inHeaders = new Set(Object.values(shape.headers).flatMap(namesIn));
  const inBody = textsIn(shape.body).flatMap(namesIn);
  if (inBody.some((name) => times(name) > 1 && !inHeaders.has(name))) {
    throw new Inexpressible('in JSON nothing comes twice');
  }
  return Object.entries(shape.headers).flatMap(([header, template]) => {
    const turns = Math.max(1, ...namesIn(template).map(times));
    return Array.from({ length: turns }, (_, turn) =>
      renderHeaders(
        { [header]: template },
        valuesOf(session, speaking, request, making, turn),
        speaking.mapping.encoding,
      ),
    ).flat();
  });
}

function isStated(name: string): name is keyof typeof HEADER_OF {
  return Object.hasOwn(HEADER_OF, name);
}

function pairOf(signature: Uint8Array): Uint8Array {
  const parsed = parsing(() => readP256Signature(signature));
  if (parsed.ok) return writeP256Pair(parsed.value);
  throw new Inexpressible('the target takes signatures as r and s, and this one is no DER of them');
}

function textsIn(body: unknown): readonly string[] {
  if (typeof body === 'string') return [body];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(textsIn) : [];
}
