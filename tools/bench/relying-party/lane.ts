import { connect, type TLSSocket } from 'node:tls';
import type { BenchPhone, Served } from './orders.js';

/** An answer, as far as the benchmark looks at it. */
export interface LaneAnswer {
  readonly status: number;
  readonly body: string;
}

/** One kept connection, on which one request is under way at a time. */
export interface Lane {
  ask(request: Buffer): Promise<LaneAnswer>;
  end(): void;
}

/**
 * Opens a connection that does as little as can be: a client's own work must not slow the server
 * that is measured on the next core.
 */
export async function openLane(
  { anchor, ...ports }: Pick<Served, 'anchor' | 'port' | 'enrolPort'>,
  phone: BenchPhone | null,
): Promise<Lane> {
  const socket = await connected(
    connect({
      ...{ host: '127.0.0.1', servername: 'localhost', ca: anchor },
      port: phone === null ? ports.enrolPort : ports.port,
      ...(phone === null ? {} : { cert: phone.certificateChain, key: phone.tlsKey }),
    }),
  );
  socket.setNoDelay(true);
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve(answer: LaneAnswer): void; reject(error: Error): void } | null = null;
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = answerIn(received);
    if (answer === null) return;
    received = Buffer.alloc(0);
    waiting?.resolve(answer);
  });
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server ended a connection')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        // Nothing is told of a write to a connection that the server has ended before.
        if (socket.destroyed) fail(new Error('the server had ended a connection'));
        else socket.write(request);
      }),
    end: () => {
      waiting = null;
      socket.destroy();
    },
  };
}

function connected(socket: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function answerIn(bytes: Buffer): LaneAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return null;
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', end + 4) };
}
