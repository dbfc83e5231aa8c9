import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import type { Transport } from '../../relying-party/transport.js';
import type { ProbeWords } from './probe-words.js';

/** Carries requests over the phone's own TLS, with a key that lives on the phone or without any. */
export function phoneTransport(
  probe: ProbeWords,
  connection: {
    /** The key whose certificate is shown; none where it is left out. */
    readonly clientAlias?: string;
    readonly anchors: readonly string[];
  },
): Transport {
  const { anchors, ...shown } = connection;
  return async ({ method, url, headers, body }) => {
    const sent = await probe.ask('request.send', {
      ...{ method, url, anchors: [...anchors], ...shown },
      headers: headers.map(([name, value]) => [name, value]),
      body: toBase64url(body),
    });
    if (sent.outcome === 'answered') {
      const { status, headers: pairs } = sent;
      const answer = fromBase64url(sent.body) ?? new Uint8Array();
      return { status, headers: Object.fromEntries(pairs), body: answer };
    }
    // Nobody judged anything: a dead connection must not look like a refusal.
    throw new HarnessError('ERR_RELYING_PARTY', `${url}: ${sent.phase} failed: ${sent.error}`);
  };
}
