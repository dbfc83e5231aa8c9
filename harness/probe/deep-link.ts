import { fromBase64url, toBase64url, utf8, utf8Text } from '../encoding/bytes.js';
import { DEEP_LINK_PREFIX, LIMITS } from './limits.js';

/** What a deep link says: the request itself, or where to fetch it. */
export type DeepLink =
  | { readonly kind: 'inline'; readonly json: string }
  | { readonly kind: 'url'; readonly url: string; readonly id: string };

/** The link that holds a request, or null where it would be too long for one. */
export function inlineLink(json: string): string | null {
  const link = `${DEEP_LINK_PREFIX}?r=${toBase64url(utf8(json))}`;
  return link.length <= LIMITS.deepLinkBytes ? link : null;
}

/** The link that names the one-time URL of a request, and its id, so that a failed fetch is told. */
export function urlLink(url: string, id: string): string {
  const link = `${DEEP_LINK_PREFIX}?u=${encodeURIComponent(url)}&i=${id}`;
  if (link.length > LIMITS.deepLinkBytes) throw new RangeError(`a one-time URL is too long`);
  return link;
}

/** Reads a deep link; null where it is none of this protocol. */
export function parseDeepLink(link: string): DeepLink | null {
  if (link.length > LIMITS.deepLinkBytes) return null;
  const match =
    /^attestlab-probe:\/\/v1\?(?:r=([A-Za-z0-9_-]+)|u=([^&=]+)&i=([A-Za-z0-9_-]{22}))$/.exec(link);
  const [, inline, url, id] = match ?? [];
  if (inline !== undefined) return inlineOf(inline);
  return url === undefined || id === undefined ? null : urlOf(url, id);
}

function inlineOf(text: string): DeepLink | null {
  const bytes = fromBase64url(text);
  const json = bytes === null ? null : utf8Text(bytes);
  return json === null ? null : { kind: 'inline', json };
}

function urlOf(text: string, id: string): DeepLink | null {
  let url: string;
  try {
    url = decodeURIComponent(text);
  } catch {
    return null;
  }
  return isAllowedUrl(url) ? { kind: 'url', url, id } : null;
}

/**
 * Any app can send a deep link, so a probe fetches nothing but what a host of this protocol offers:
 * HTTPS, or plain HTTP to the phone's own loopback, which the host forwards.
 */
export function isAllowedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
