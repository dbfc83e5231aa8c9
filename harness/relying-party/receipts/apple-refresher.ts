import { toBase64, utf8 } from '../../encoding/bytes.js';
import { httpsTransport } from '../transport.js';
import { readAppleAnswer } from './apple-answer.js';
import type { ReceiptRefresher } from './refresher.js';

/** Apple's servers for receipts: builds for development have one of their own. */
export const APPLE_RECEIPT_SERVERS = {
  production: 'https://data.appattest.apple.com',
  development: 'https://data-development.appattest.apple.com',
} as const;

/** How Apple's server for receipts is reached. */
export interface AppleRefresherOptions {
  /** One of Apple's two, or a server of one's own. */
  readonly origin: string;
  /** A token of the team's DeviceCheck key, asked for at every call; see `appleToken`. */
  readonly authorization: (now: Date) => string;
  /** Authorities of the server, DER; those that Node trusts where they are left out. */
  readonly anchors?: readonly Uint8Array[];
  readonly clock?: () => Date;
  readonly timeoutMs?: number;
}

/**
 * Refreshes by Apple's call, `POST /v1/attestationData`, base64 both ways. There is no origin that it
 * would ask by itself: whoever composes a relying party of real phones names one.
 */
export function appleReceiptRefresher(options: AppleRefresherOptions): ReceiptRefresher {
  const { origin, authorization, anchors, timeoutMs, clock = () => new Date() } = options;
  // It follows no redirection: that would carry receipt and token to a server that nobody named.
  const send = httpsTransport({
    ...(anchors === undefined ? {} : { anchors }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return {
    async refresh(receipt) {
      try {
        const { status, headers, body } = await send({
          method: 'POST',
          url: `${origin}/v1/attestationData`,
          // Bare: Apple takes no scheme before the token.
          headers: [['authorization', authorization(clock())]],
          body: utf8(toBase64(receipt)),
        });
        const retryAfter = headers['retry-after'] ?? null;
        return readAppleAnswer({ status, retryAfter, body }, clock());
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { outcome: 'unavailable', reason, retryAfterMs: null };
      }
    },
  };
}
