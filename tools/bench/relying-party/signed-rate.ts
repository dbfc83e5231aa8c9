import type { Print } from '../figure.js';
import { startServer, type BenchServer } from './bench-server.js';
import { openLane, type Lane } from './lane.js';
import { orders } from './orders.js';

/** Connections at the same time, each of a phone of its own. */
const LANES = 100;
const REQUESTS_A_LANE = 60;
const ROUNDS = 9;

interface Rate {
  readonly perSecond: number;
  /** Time of CPU that the server's process took for one request. */
  readonly cpuUs: number;
}

/** Signed requests over mutual TLS with a durable store, beside the floor; in turns. */
export async function benchSignedRate(url: string, print: Print): Promise<void> {
  const bare = await startServer('bare', { phones: LANES });
  const party = await startServer('relying-party', { url, phones: LANES });
  try {
    const floor = rounds(bare, 'body');
    const full = rounds(party, 'profile-s');
    const rates: { readonly floor: Rate; readonly full: Rate }[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const pair = { floor: await floor(), full: await full() };
      // In the round that is not counted code is compiled.
      if (round >= 0) rates.push(pair);
    }
    const perSecond = (of: 'floor' | 'full') => middle(rates.map((pair) => pair[of].perSecond));
    const cpuUs = (of: 'floor' | 'full') => middle(rates.map((pair) => pair[of].cpuUs));
    const inTime = middle(rates.map((pair) => pair.full.perSecond / pair.floor.perSecond));
    const inCpu = middle(rates.map((pair) => pair.floor.cpuUs / pair.full.cpuUs));
    const line = (name: string, of: 'floor' | 'full') => {
      const [rate, cpu] = [perSecond(of).toFixed(0), cpuUs(of).toFixed(0)];
      print(`  ${name.padEnd(44)} ${rate.padStart(6)} /s  ${cpu.padStart(4)} us of CPU\n`);
    };
    print(`signed requests on ${LANES} kept connections, medians of ${ROUNDS} rounds in turns\n`);
    line('bare fastify, mutual TLS, one verification', 'floor');
    line('relying party, mutual TLS, SQLite', 'full');
    print(`  ratio ${inTime.toFixed(2)} in time, ${inCpu.toFixed(2)} in time of CPU\n`);
  } finally {
    await Promise.all([bare.stop(), party.stop()]);
  }
}

/** Rounds of one server, over connections that are kept from one to the next. */
function rounds(server: BenchServer, signed: 'profile-s' | 'body'): () => Promise<Rate> {
  const authority = `localhost:${server.port}`;
  const makers = server.phones.map((phone) => orders(phone, authority, signed));
  let lanes: readonly Lane[] | null = null;
  let counter = 0n;
  return async () => {
    const first = counter + 1n;
    counter += BigInt(REQUESTS_A_LANE);
    const requests = makers.map((make) =>
      Array.from({ length: REQUESTS_A_LANE }, (_, at) => make(first + BigInt(at))),
    );
    // Not before they are used: who connects and says nothing is let go.
    lanes ??= await Promise.all(server.phones.map((phone) => openLane(server, phone)));
    return measured(server, lanes, requests);
  };
}

/** Requests are made before the clock starts. */
async function measured(
  server: BenchServer,
  lanes: readonly Lane[],
  requests: readonly (readonly Buffer[])[],
): Promise<Rate> {
  const before = await server.usage();
  const start = performance.now();
  await Promise.all(
    lanes.map(async (lane, at) => {
      for (const request of requests[at] ?? []) {
        const { status, body } = await lane.ask(request);
        if (status !== 200) throw new Error(`a good request was refused: ${status} ${body}`);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const { cpuMs } = await server.usage();
  const count = lanes.length * REQUESTS_A_LANE;
  return { perSecond: count / seconds, cpuUs: ((cpuMs - before.cpuMs) * 1000) / count };
}

/** The median. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
