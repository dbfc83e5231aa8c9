import { equalBytes, utf8 } from '../encoding/bytes.js';
import {
  createInterceptionAuthority,
  type InterceptionAuthority,
  type MitmProxy,
} from '../interception/index.js';
import { LeftOpen } from './left-open.js';
import { REWRITTEN_STATUS } from './stage-words.js';

/** A proxy that reads by rules, in the settings of a phone. */
export interface StartedProxy {
  readonly id: string;
  /** `host:port`, as a phone's settings have it. */
  readonly address: string;
  /** DER of the authority that the phone's owner was made to trust. */
  readonly anchor: Uint8Array;
}

/** What a proxy has read. */
export interface ProxyReading {
  /** Requests with exactly the body that was asked about. */
  readonly matching: number;
  /** Bytes of the bodies of all requests. */
  readonly bodyBytes: number;
}

/** The rule-based proxies of one run. */
export interface Proxies {
  /** Starts one that reads every request and answers it itself, with this body. */
  start(phone: string, answer: Uint8Array): Promise<StartedProxy>;
  /** Ends it; says what it read. */
  finish(id: string, body: Uint8Array): Promise<ProxyReading>;
  /** Ends what a phone's story has left open. */
  abandon(phone: string): Promise<void>;
  close(): Promise<void>;
}

/** Prepares proxies; none listens, and nothing of them is loaded, before a story asks for one. */
export function createProxies(parts: { readonly anchors: readonly Uint8Array[] }): Proxies {
  const running = new LeftOpen<MitmProxy>('proxy');
  let lab: InterceptionAuthority | null = null;
  return {
    async start(phone, body) {
      const { startMitmProxy } = await import('../interception/mitm.js');
      // One for all of them: an RSA key takes longer to make than a story that needs it to tell.
      const authority = (lab ??= createInterceptionAuthority({
        ...{ commonName: 'attestlab lab proxy', keyType: 'rsa-2048' },
        now: new Date(),
      }));
      const proxy = await startMitmProxy({
        authority,
        rules: [{ then: { kind: 'answer', status: REWRITTEN_STATUS, body } }],
        upstreamAnchors: parts.anchors,
      });
      const id = running.add(phone, proxy);
      return { id, address: `127.0.0.1:${proxy.port}`, anchor: authority.certificate };
    },
    async finish(id, body) {
      const proxy = running.take(id);
      await proxy.close();
      const requests = proxy.requests();
      return {
        matching: requests.filter((request) => equalBytes(request.body, body)).length,
        bodyBytes: requests.reduce((sum, request) => sum + request.body.length, 0),
      };
    },
    abandon: (phone) => running.abandon(phone),
    close: () => running.close(),
  };
}

/** What a proxy answers in place of the server. */
export const REWRITTEN_BODY = utf8('{"from":"somebody in the middle"}');
