import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { SendFailure, socketFailure, STEP_TIMEOUT_MS } from './send-failure.js';

/** How a connection leaves the phone. */
export interface Route {
  /** The system setting: `host:port`, or nothing. */
  readonly proxy: string | null;
  readonly hosts: ReadonlyMap<string, string>;
  readonly isDown: boolean;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const CONNECT_ANSWER_BYTES = 16_384;

/** A connection to a host, through the phone's proxy where one is set. */
export async function openTcp(target: Endpoint, route: Route): Promise<Socket> {
  if (route.isDown) throw new SendFailure('connect', 'ENETUNREACH: network is unreachable');
  const proxy = parseProxy(route.proxy);
  const socket = await dial(proxy ?? target, route.hosts);
  if (proxy === null) return socket;
  try {
    await tunnel(socket, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

// `:0` is how Android clears the setting without a reboot.
function parseProxy(setting: string | null): Endpoint | null {
  const [, host = '', port = '0'] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(setting ?? '') ?? [];
  return host === '' || port === '0' ? null : { host, port: Number(port) };
}

function dial(endpoint: Endpoint, hosts: ReadonlyMap<string, string>): Promise<Socket> {
  const host = hosts.get(endpoint.host) ?? endpoint.host;
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port: endpoint.port, noDelay: true, lookup },
      // A busy machine is slow to answer; only an address that refuses gives way to the next.
      autoSelectFamilyAttemptTimeout: STEP_TIMEOUT_MS,
    });
    socket.setTimeout(STEP_TIMEOUT_MS, () => {
      socket.destroy();
      reject(new SendFailure('connect', `no connection within ${STEP_TIMEOUT_MS} ms`));
    });
    socket.once('error', (error) => {
      const isName = Reflect.get(error, 'syscall') === 'getaddrinfo';
      reject(socketFailure(isName ? 'resolve' : 'connect', error));
    });
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      resolve(socket);
    });
  });
}

// RFC 6761, 6.3: `localhost` is loopback and nobody is asked, least of all by each request of each phone.
const lookup: LookupFunction = (host, options, done) => {
  if (host !== 'localhost') systemLookup(host, options, done);
  else if (options.all === true) done(null, [...LOOPBACK]);
  else done(null, LOOPBACK[0].address, LOOPBACK[0].family);
};

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;

function tunnel(socket: Socket, target: Endpoint): Promise<void> {
  const host = isIP(target.host) === 6 ? `[${target.host}]` : target.host;
  const authority = `${host}:${target.port}`;
  return new Promise((resolve, reject) => {
    let answer = '';
    const end = (failure: Error | null): void => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      if (failure === null) resolve();
      else reject(failure);
    };
    const fail = (what: string): void => {
      end(new SendFailure('connect', `proxy: ${what}`));
    };
    socket.setTimeout(STEP_TIMEOUT_MS, () => {
      fail('no answer');
    });
    socket.once('error', (error) => {
      fail(error.message);
    });
    socket.once('close', () => {
      fail('closed the connection');
    });
    socket.on('readable', () => {
      // Byte by byte: what follows the answer already belongs to TLS.
      for (let byte = read(socket); byte !== null; byte = read(socket)) {
        answer += byte;
        if (answer.length > CONNECT_ANSWER_BYTES) {
          fail('an endless answer');
          return;
        }
        if (!answer.endsWith('\r\n\r\n')) continue;
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
        if (status === '200') end(null);
        else fail(`answered ${status ?? 'no HTTP'}`);
        return;
      }
    });
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  });
}

function read(socket: Socket): string | null {
  const chunk = socket.read(1) as Uint8Array | null;
  return chunk === null ? null : String.fromCharCode(chunk[0] ?? 0);
}
