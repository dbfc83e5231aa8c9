import { createServer, type Server } from 'node:https';
import { requestOf } from './probe-request.js';
import type { RecordedCommand, Recording } from './recording.js';

/** Servers where phones look for the relying party and for whoever stood before it. */
export interface Answerers {
  close(): Promise<void>;
}

/**
 * Starts one at every loopback port that a recorded command names. They bear the recorded relying
 * party's certificate, so that phones trust them, and answer any request at once. A port that is
 * taken by now has no answerer: phones meet whoever is there.
 */
export async function startAnswerers({ server, phones }: Recording): Promise<Answerers> {
  const ports = new Set(phones.flatMap(({ commands }) => commands.flatMap(portsIn)));
  const { certificateChain: cert, privateKey: key } = server;
  const servers = [...ports].map((port) =>
    listening(
      createServer(
        { cert, key, requestCert: true, rejectUnauthorized: false },
        (request, reply) => {
          request.resume();
          reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        },
      ),
      port,
    ),
  );
  const started = (await Promise.all(servers)).filter((one) => one !== null);
  return {
    async close() {
      for (const one of started) one.closeAllConnections();
      await Promise.all(started.map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

function listening(server: Server, port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null);
    });
    server.listen(port, () => {
      resolve(server);
    });
  });
}

function portsIn(command: RecordedCommand): readonly number[] {
  const url = requestOf(command)?.args['url'];
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const { hostname, port } = new URL(url);
  return LOOPBACK.has(hostname) && port !== '' ? [Number(port)] : [];
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
