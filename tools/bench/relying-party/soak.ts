import type { Print } from '../figure.js';
import { startServer } from './bench-server.js';
import { openLane } from './lane.js';
import { orders } from './orders.js';

const LANES = 20;
const READINGS = 6;

/** Signed requests for a while: memory at equal distances, after a sixth of the time to warm up. */
export async function benchSoak(
  options: { readonly url: string; readonly seconds: number },
  print: Print,
): Promise<void> {
  const { url, seconds } = options;
  const server = await startServer('relying-party', { url, phones: LANES });
  try {
    const authority = `localhost:${server.port}`;
    const start = performance.now();
    const isOver = () => performance.now() - start > seconds * 1000;
    let answered = 0;
    const lanes = Promise.all(
      server.phones.map(async (phone) => {
        const lane = await openLane(server, phone);
        const make = orders(phone, authority);
        for (let counter = 1n; !isOver(); counter += 1n) {
          const { status, body } = await lane.ask(make(counter));
          if (status !== 200) throw new Error(`a good request was refused: ${status} ${body}`);
          answered += 1;
        }
      }),
    );
    const memory: string[] = [];
    for (let reading = 1; reading <= READINGS; reading += 1) {
      const waited = new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / READINGS));
      await Promise.race([waited, lanes]);
      memory.push(`  ${await server.memory()}\n`);
    }
    await lanes;
    print(`soak of ${seconds} s with ${answered} requests, memory at each sixth of it\n`);
    print(memory.join(''));
  } finally {
    await server.stop();
  }
}
