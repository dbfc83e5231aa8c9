import type { Print } from '../figure.js';
import { startServer } from './bench-server.js';
import { openLane } from './lane.js';
import { orders } from './orders.js';

const SUBMISSIONS = 10_000;
const CONNECTIONS = 200;

/** Different requests of one counter, all good but for that, over many connections of their phone. */
export async function benchOneCounter(url: string, print: Print): Promise<void> {
  const server = await startServer('relying-party', { url });
  try {
    const [phone] = server.phones;
    if (phone === undefined) throw new Error('a server without a phone');
    const make = orders(phone, `localhost:${server.port}`);
    const lanes = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => openLane(server, phone)),
    );
    const requests = Array.from({ length: SUBMISSIONS }, (_, note) => make(7n, note));
    const answers = new Map<string, number>();
    const start = performance.now();
    await Promise.all(
      lanes.map(async (lane) => {
        for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
          const { status, body } = await lane.ask(next);
          const code = status === 200 ? 'accepted' : codeOf(body);
          answers.set(code, (answers.get(code) ?? 0) + 1);
        }
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    const tally = [...answers].map(([code, count]) => `${count} ${code}`).join(', ');
    print(`${SUBMISSIONS} submissions of one counter over ${CONNECTIONS} connections\n`);
    print(`  ${tally}, in ${seconds.toFixed(1)} s\n`);
    const refused = answers.get('counter_replayed');
    if (answers.get('accepted') !== 1 || refused !== SUBMISSIONS - 1) {
      throw new Error(`one of ${SUBMISSIONS} submissions should have been accepted: ${tally}`);
    }
  } finally {
    await server.stop();
  }
}

function codeOf(body: string): string {
  return /"code":"([a-z_]+)"/.exec(body)?.[1] ?? 'no code';
}
