import { fromBase64, toBase64, utf8Text } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import type { ReceiptRefresher } from './refresher.js';

/** How Apple's server for receipts is reached. */
export interface AppleRefresherOptions {
  /** That of the app's environment: builds for development have a server of their own. */
  readonly origin: string;
  /** A token for the team's DeviceCheck key (JWT, ES256), asked for at every call. */
  readonly authorization: () => Promise<string>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 131_072;

// Apple, Assessing fraud risk: not due before `notBefore`; no data for this receipt.
const NOTHING_NEW: readonly number[] = [304, 404];

/**
 * Refreshes by Apple's call, `POST /v1/attestationData`, base64 both ways. There is no origin that it
 * would ask by itself: whoever composes a relying party of real phones names one.
 */
export function appleReceiptRefresher(options: AppleRefresherOptions): ReceiptRefresher {
  const { origin, authorization, timeoutMs = TIMEOUT_MS } = options;
  return {
    async refresh(receipt) {
      const response = await fetch(`${origin}/v1/attestationData`, {
        method: 'POST',
        headers: { authorization: await authorization() },
        body: toBase64(receipt),
        // A redirection would carry receipt and token to a server that nobody named.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((cause: unknown) => {
        throw unanswered('no answer', cause);
      });
      if (NOTHING_NEW.includes(response.status)) return null;
      if (response.status !== 200) throw unanswered(`status ${response.status}`);
      return receiptOf(new Uint8Array(await response.arrayBuffer()));
    },
  };
}

function receiptOf(body: Uint8Array): Uint8Array {
  const text = body.length > MAX_BYTES ? null : utf8Text(body);
  const receipt = text === null ? null : fromBase64(text.trim());
  if (receipt === null || receipt.length === 0) throw unanswered('an answer that is no base64');
  return receipt;
}

function unanswered(why: string, cause?: unknown): HarnessError {
  return new HarnessError('ERR_RELYING_PARTY', `Apple's call for receipts: ${why}`, { cause });
}
