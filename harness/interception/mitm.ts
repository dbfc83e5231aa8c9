import { createRequire } from 'node:module';
import { Server, type Socket } from 'node:net';
import { sep } from 'node:path';
import type * as mockttp from 'mockttp';
import type { CompletedRequest, Mockttp, TlsHandshakeFailure } from 'mockttp';
import { concatBytes } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import type { InterceptionAuthority } from './authority.js';

/** What the proxy does with requests that it can read. The first rule that fits is followed. */
export interface MitmRule {
  /** Host name that the request is for; any where it is left out. */
  readonly host?: string;
  /** Path without query; any where it is left out. */
  readonly path?: string;
  readonly then:
    | { readonly kind: 'forward' }
    | { readonly kind: 'answer'; readonly status: number; readonly body: Uint8Array }
    | { readonly kind: 'drop' };
}

/** What a man-in-the-middle proxy is made of. */
export interface MitmProxyOptions {
  /** With an RSA key: mockttp reads no other. */
  readonly authority: InterceptionAuthority;
  /** Without a fitting rule a request is forwarded as it came. */
  readonly rules?: readonly MitmRule[];
  /** Authorities of servers further in, DER, beside the ones that everybody trusts. */
  readonly upstreamAnchors?: readonly Uint8Array[];
  /** Hosts whose TLS is passed on unread, such as those that phones renew their own keys at. */
  readonly unreadHosts?: readonly string[];
  /** 0, or left out, is any free one. */
  readonly port?: number;
}

/** A request that was read. May hold secrets: never log it. */
export interface ReadRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** A proxy that listens on loopback, for HTTP CONNECT. */
export interface MitmProxy {
  readonly port: number;
  /** Whole requests, in the order in which their last byte was read. */
  requests(): readonly ReadRequest[];
  /**
   * Connections on which TLS was agreed or begun and no request came. The cause is a guess of the
   * proxy, which cannot tell a pin from a refused authority: no verdict rests on it.
   */
  tlsFailures(): readonly { readonly host: string | null; readonly guessedCause: string }[];
  /** May be called again. */
  close(): Promise<void>;
}

/** Starts a proxy that reads what it can and treats it by rules. */
export async function startMitmProxy(options: MitmProxyOptions): Promise<MitmProxy> {
  const { authority, rules = [], unreadHosts = [] } = options;
  if (authority.keyType !== 'rsa') {
    throw new HarnessError('ERR_INTERCEPTION', "MITM proxy: its authority's key must be RSA");
  }
  const requests: ReadRequest[] = [];
  const failures: { readonly host: string | null; readonly guessedCause: string }[] = [];
  const proxy = loadMockttp().getLocal({
    https: {
      key: authority.exportPrivateKey(),
      cert: encodePemCertificate(authority.certificate),
      ...(unreadHosts.length === 0
        ? {}
        : { tlsPassthrough: unreadHosts.map((hostname) => ({ hostname })) }),
    },
    // Phones of the lab speak HTTP/1.1 to it, and one protocol is one way to count.
    http2: false,
    // It would keep every body until the end of the run.
    recordTraffic: false,
  });
  await start(proxy, options.port ?? 0);
  keepToLoopback(proxy);
  await proxy.on('request', (request) => {
    void keep(request, requests);
  });
  await proxy.on('tls-client-error', (failure) => {
    failures.push({ host: hostOf(failure), guessedCause: failure.failureCause });
  });
  await addRules(proxy, rules, options.upstreamAnchors ?? []);
  let closing: Promise<void> | null = null;
  return {
    port: proxy.port,
    requests: () => [...requests],
    tlsFailures: () => [...failures],
    close: () => (closing ??= proxy.stop()),
  };
}

let loaded: typeof mockttp | null = null;

/**
 * Loads mockttp with a copy of `tsyringe` of its own. mockttp brings another release of
 * `@peculiar/x509` than ours; both register their algorithms by the same names in the one container
 * of `tsyringe`, and certificates of the one would be made with classes of the other.
 */
function loadMockttp(): typeof mockttp {
  if (loaded !== null) return loaded;
  const require = createRequire(import.meta.url);
  const folder = `${sep}node_modules${sep}tsyringe${sep}`;
  const shared = Object.entries(require.cache).filter(([file]) => file.includes(folder));
  for (const [file] of shared) Reflect.deleteProperty(require.cache, file);
  try {
    loaded = require('mockttp') as typeof mockttp;
    return loaded;
  } finally {
    for (const [file] of Object.entries(require.cache).filter(([name]) => name.includes(folder))) {
      Reflect.deleteProperty(require.cache, file);
    }
    for (const [file, module] of shared) require.cache[file] = module;
  }
}

async function start(proxy: Mockttp, port: number): Promise<void> {
  try {
    await (port === 0 ? proxy.start() : proxy.start(port));
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `MITM proxy: cannot listen on port ${port}: ${reason}`;
    throw new HarnessError(taken ? 'ERR_PORT_IN_USE' : 'ERR_INTERCEPTION', message, { cause });
  }
}

// mockttp listens on every address and has no option for that. A proxy whose authority phones trust
// must not serve the network: connections from elsewhere end before their first byte is read.
function keepToLoopback(proxy: Mockttp): void {
  const server: unknown = Reflect.get(proxy, 'server');
  if (!(server instanceof Server)) {
    throw new HarnessError('ERR_INTERCEPTION', 'MITM proxy: cannot be kept to loopback');
  }
  server.prependListener('connection', (socket: Socket) => {
    if (socket.remoteAddress !== undefined && !isLoopback(socket.remoteAddress)) socket.destroy();
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

async function addRules(
  proxy: Mockttp,
  rules: readonly MitmRule[],
  anchors: readonly Uint8Array[],
): Promise<void> {
  const forwarding = {
    additionalTrustedCAs: anchors.map((anchor) => ({ cert: encodePemCertificate(anchor) })),
    // A dead server is a dead connection: an answer of our own would look like one of the server's.
    simulateConnectionErrors: true,
  };
  for (const rule of [...rules, { then: { kind: 'forward' } } satisfies MitmRule]) {
    const matching = proxy
      .forAnyRequest()
      .matching((request) => fits(rule, request))
      .always();
    switch (rule.then.kind) {
      case 'forward':
        await matching.thenPassThrough(forwarding);
        break;
      case 'answer':
        await matching.thenReply(rule.then.status, Buffer.from(rule.then.body));
        break;
      case 'drop':
        await matching.thenCloseConnection();
        break;
    }
  }
}

function fits(rule: MitmRule, request: CompletedRequest): boolean {
  const { hostname, pathname } = new URL(request.url);
  return (
    (rule.host === undefined || rule.host === hostname) &&
    (rule.path === undefined || rule.path === pathname)
  );
}

async function keep(request: CompletedRequest, kept: ReadRequest[]): Promise<void> {
  // Whole and decoded or not at all: a body that broke off was never read as a request.
  const body = await request.body.getDecodedBuffer();
  kept.push({
    method: request.method,
    url: request.url,
    headers: request.rawHeaders,
    body: concatBytes(body ?? new Uint8Array()),
  });
}

function hostOf(failure: TlsHandshakeFailure): string | null {
  return failure.tlsMetadata.sniHostname ?? failure.destination?.hostname ?? null;
}
