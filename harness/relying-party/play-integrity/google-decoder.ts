import { utf8Text } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import type { PlayIntegrityDecoder } from './decoder.js';

/** How Google's decode call is reached. */
export interface GoogleDecoderOptions {
  readonly packageName: string;
  /** An OAuth token of a service account with the scope `playintegrity`, asked for at every call. */
  readonly accessToken: () => Promise<string>;
  /** Google's server where it is left out. */
  readonly origin?: string;
  readonly timeoutMs?: number;
}

const GOOGLE = 'https://playintegrity.googleapis.com';
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 131_072;

/**
 * Decodes with Google's own call, `POST /v1/{package}:decodeIntegrityToken`. Nothing in the product
 * makes one by itself: whoever composes a relying party of real phones hands it in.
 */
export function googlePlayIntegrityDecoder(options: GoogleDecoderOptions): PlayIntegrityDecoder {
  const { packageName, accessToken, origin = GOOGLE, timeoutMs = TIMEOUT_MS } = options;
  const url = `${origin}/v1/${encodeURIComponent(packageName)}:decodeIntegrityToken`;
  return {
    async decode(token) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await accessToken()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ integrity_token: token }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((cause: unknown) => {
        throw unanswered('no answer', cause);
      });
      // INVALID_ARGUMENT is about the token; everything else is about us or about Google.
      if (response.status === 400) return null;
      if (!response.ok) throw unanswered(`status ${response.status}`);
      return payloadOf(new Uint8Array(await response.arrayBuffer()));
    },
  };
}

// The text itself goes on: what a parser of ours would make of a name that is there twice, the
// verifier must be able to refuse.
function payloadOf(body: Uint8Array): string {
  const text = body.length > MAX_BYTES ? null : utf8Text(body);
  const payload = /^\s*\{\s*"tokenPayloadExternal"\s*:\s*(\{[^]*\})\s*\}\s*$/.exec(text ?? '')?.[1];
  if (payload === undefined) throw unanswered('an answer without tokenPayloadExternal');
  return payload;
}

function unanswered(why: string, cause?: unknown): HarnessError {
  return new HarnessError('ERR_RELYING_PARTY', `Google's decode call: ${why}`, { cause });
}
