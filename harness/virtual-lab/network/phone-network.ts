import type { KeyObject } from 'node:crypto';
import type { FaultSwitches } from '../faults.js';
import type { PhoneClock } from '../phone-clock.js';
import type { SystemLog } from '../system-log.js';
import { exchange } from './exchange.js';
import { failed, type SendPhase } from './send-failure.js';
import { openTcp, type Route } from './tcp.js';
import { openTls } from './tls.js';
import { TlsContexts } from './tls-contexts.js';

/** One HTTPS request of an app. */
export interface SendRequest {
  /** Sent as it stands: path and query are not normalised. */
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** DER of the only anchors that count. */
  readonly anchors: readonly Uint8Array[];
  /** `sha256/` and base64 of SHA-256 of an SPKI; null where the app pins nothing. */
  readonly pins: readonly string[] | null;
  /** How the app authenticates itself. */
  readonly client: ClientIdentity | null;
}

/** A client certificate, with a key that may refuse to be used. */
export interface ClientIdentity {
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Throws KeystoreException where the keystore refuses a TLS signature. */
  readonly key: () => KeyObject;
}

/** What became of a request. */
export type SendResult =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: Uint8Array;
    }
  | { readonly outcome: 'failed'; readonly phase: SendPhase; readonly error: string };

/** What a phone's network is made of. */
export interface PhoneNetworkOptions {
  readonly clock: PhoneClock;
  readonly faults: FaultSwitches;
  /** System settings; `http_proxy` holds `host:port`, and `:0` or nothing means none. */
  readonly settings: ReadonlyMap<string, string>;
  readonly log: SystemLog;
  /** Names that the lab's own DNS knows, with their addresses. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** A phone's network: real sockets, real TLS. */
export class PhoneNetwork {
  readonly #options: PhoneNetworkOptions;
  readonly #contexts = new TlsContexts();

  constructor(options: PhoneNetworkOptions) {
    this.#options = options;
  }

  /** The way that a connection takes which is opened now, by the model or by platform code elsewhere. */
  route(): Route {
    const { faults, settings, hosts } = this.#options;
    return {
      proxy: settings.get('http_proxy') ?? null,
      hosts,
      isDown: faults.strikes('no-network'),
    };
  }

  /** Sends one request on a connection of its own. Follows no redirect, decodes no body. */
  async send(request: SendRequest): Promise<SendResult> {
    const told = `network: ${request.method} ${splitUrl(request.url).authority}`;
    try {
      const result = await this.#send(request);
      if (result.outcome === 'answered') this.#options.log.add(`${told}: ${result.status}`);
      return result;
    } catch (error) {
      const failure = failed(error);
      if (failure === null) throw error;
      this.#options.log.add(`${told}: failed at ${failure.phase}: ${failure.message}`);
      return { outcome: 'failed', phase: failure.phase, error: failure.message };
    }
  }

  async #send(request: SendRequest): Promise<SendResult> {
    const { clock } = this.#options;
    const target = splitUrl(request.url);
    const tcp = await openTcp(target, this.route());
    try {
      const { anchors, pins, client } = request;
      const { host } = target;
      const now = clock.now();
      const tls = await openTls(tcp, {
        host,
        anchors,
        pins,
        client,
        now,
        contexts: this.#contexts,
      });
      return { outcome: 'answered', ...(await exchange(tls, { ...request, ...target })) };
    } finally {
      tcp.destroy();
    }
  }
}

interface UrlParts {
  readonly host: string;
  readonly port: number;
  /** As the URL has it. */
  readonly authority: string;
  readonly target: string;
}

// `new URL` would resolve dots and re-encode, and so send another target than the one signed.
function splitUrl(url: string): UrlParts {
  const [, authority = '', rest = ''] = /^https:\/\/([^/?#]+)([^#]*)/.exec(url) ?? [];
  const { hostname, port } = new URL(`https://${authority}`);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    authority,
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}
