import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toBase64url } from '../encoding/bytes.js';

/** Serves requests that are too long for a deep link, each under a URL that works once. */
export interface RequestHost {
  /** The one-time URL of a request. */
  publish(json: string): string;
  close(): Promise<void>;
}

/** How a request host serves. */
export interface RequestHostOptions {
  /** How long a URL waits for its reader. */
  readonly lifeMs?: number;
  /** 0 takes any free port. */
  readonly port?: number;
  /** Where phones reach this host, if not at its loopback address: `adb reverse`, or a proxy. */
  readonly publicUrl?: string;
  readonly nowMs?: () => number;
}

interface Published {
  readonly json: string;
  readonly expiresAtMs: number;
}

const DEFAULT_LIFE_MS = 60_000;

/** Starts a request host on the loopback interface. */
export async function startRequestHost(options: RequestHostOptions = {}): Promise<RequestHost> {
  const { lifeMs = DEFAULT_LIFE_MS, port = 0, nowMs = Date.now } = options;
  const published = new Map<string, Published>();

  const expire = (): void => {
    for (const [path, entry] of published) {
      if (entry.expiresAtMs <= nowMs()) published.delete(path);
    }
  };

  const server = createServer((request, response) => {
    expire();
    const entry = request.method === 'GET' ? published.get(request.url ?? '') : undefined;
    // Spent before it is written: two readers at once must not both get it.
    if (entry !== undefined) published.delete(request.url ?? '');
    answer(response, entry?.json ?? null);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  const base = options.publicUrl ?? `http://127.0.0.1:${address.port}`;

  return {
    publish(json) {
      expire();
      const path = `/${toBase64url(randomBytes(32))}`;
      published.set(path, { json, expiresAtMs: nowMs() + lifeMs });
      return `${base.replace(/\/$/, '')}${path}`;
    },
    close: () =>
      new Promise((resolve) => {
        published.clear();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, json: string | null): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('connection', 'close');
  if (json === null) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(json);
}
