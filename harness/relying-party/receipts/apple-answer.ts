import { fromBase64, utf8Text } from '../../encoding/bytes.js';
import type { Refreshed } from './refresher.js';

/** An answer of Apple's server, from the wire or as it was recorded. */
export interface AppleAnswer {
  readonly status: number;
  /** The header `Retry-After`; null where there is none. */
  readonly retryAfter: string | null;
  readonly body: Uint8Array;
}

const MAX_BYTES = 131_072;

/**
 * What an answer means, by Apple's page on assessing fraud risk: 304 before the receipt's `notBefore`,
 * 404 where no data is left, which Apple keeps for 30 days. What is about the caller or the server
 * rather than the receipt is so for the next receipt as well.
 */
export function readAppleAnswer({ status, retryAfter, body }: AppleAnswer, now: Date): Refreshed {
  switch (status) {
    case 200:
      return receiptOf(body);
    case 304:
      return { outcome: 'not-due' };
    case 404:
      return { outcome: 'no-data' };
    case 400:
      return { outcome: 'refused', reason: 'status 400: no receipt that Apple takes' };
    case 401:
      return { ...unavailable('status 401: the token is not taken'), retryAfterMs: null };
    default:
      return {
        ...unavailable(status === 429 ? 'status 429: too many requests' : `status ${status}`),
        retryAfterMs: delayOf(retryAfter, now),
      };
  }
}

function receiptOf(body: Uint8Array): Refreshed {
  const text = body.length > MAX_BYTES ? null : utf8Text(body);
  const receipt = text === null ? null : fromBase64(text.trim());
  if (receipt === null || receipt.length === 0) {
    return { outcome: 'refused', reason: 'status 200 with what is no base64' };
  }
  return { outcome: 'newer', receipt };
}

function unavailable(reason: string) {
  return { outcome: 'unavailable', reason } as const;
}

// RFC 9110, 10.2.3: seconds, or a date.
function delayOf(retryAfter: string | null, now: Date): number | null {
  if (retryAfter === null) return null;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - now.getTime());
}
