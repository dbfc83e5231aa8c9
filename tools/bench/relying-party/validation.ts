import { utf8 } from '../../../harness/encoding/bytes.js';
import type { Print } from '../figure.js';
import { startServer, type BenchServer } from './bench-server.js';
import { fillStore } from './enrolled-store.js';
import { openLane } from './lane.js';
import { httpRequest } from './orders.js';
import { middle } from './signed-rate.js';

const SIZES = [1_000, 1_000_000] as const;
const ROUNDS = 40;
/** In one round: as many connections, each with as many requests. */
const CONNECTIONS = 4;
const REQUESTS = 100;

/**
 * What it takes to validate a client certificate where few and where many are enrolled: time of CPU
 * of requests that are turned away right after it, on connections whose handshakes count too.
 */
export async function benchValidation(folder: string, print: Print): Promise<void> {
  const servers: BenchServer[] = [];
  try {
    for (const size of SIZES) {
      const file = `${folder}/enrolled-${size}.db`;
      await fillStore(file, size);
      servers.push(await startServer('relying-party', { url: `sqlite:${file}` }));
    }
    const us = servers.map((): number[] => []);
    for (let round = -5; round < ROUNDS; round += 1) {
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const at of order) {
        const server = servers[at];
        if (server === undefined) throw new Error('a server is missing');
        const taken = await validated(server);
        if (round >= 0) us[at]?.push(taken);
      }
    }
    const [few = 0, many = 0] = us.map(middle);
    print(`validation of a client certificate, of CPU a request, medians of ${ROUNDS} rounds\n`);
    print(
      `  ${SIZES[0]} enrolled ${few.toFixed(0)} us, ${SIZES[1]} enrolled ${many.toFixed(0)} us, `,
    );
    print(`ratio ${(many / few).toFixed(2)}\n`);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function validated(server: BenchServer): Promise<number> {
  const [phone] = server.phones;
  if (phone === undefined) throw new Error('a server without a phone');
  const authority = `localhost:${server.port}`;
  const request = httpRequest('POST', '/v1/orders', authority, [], utf8('{}'));
  const before = await server.usage();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const lane = await openLane(server, phone);
      for (let at = 0; at < REQUESTS; at += 1) {
        const { status, body } = await lane.ask(request);
        if (status !== 403 || !body.includes('"code":"malformed"')) {
          throw new Error(`an unsigned request was answered ${status} ${body}`);
        }
      }
      lane.end();
    }),
  );
  const after = await server.usage();
  return ((after.cpuMs - before.cpuMs) * 1000) / (CONNECTIONS * REQUESTS);
}
