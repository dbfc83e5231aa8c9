import { utf8 } from '../../../harness/encoding/bytes.js';
import type { Print } from '../figure.js';
import { startServer } from './bench-server.js';
import { openLane } from './lane.js';
import { httpRequest } from './orders.js';

const CONNECTIONS = 50;
/** Challenges at which memory is read; the first are those that the process warms up with. */
const MARKS = [10_000, 30_000, 50_000] as const;

/** Memory of a relying party with challenges that nobody has presented yet. */
export async function benchOutstanding(url: string, print: Print): Promise<void> {
  const server = await startServer('relying-party', { url });
  try {
    const authority = `localhost:${server.enrolPort}`;
    const lanes = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => openLane(server, null)),
    );
    let asked = 0;
    const until = (mark: number) =>
      Promise.all(
        lanes.map(async (lane) => {
          while (asked < mark) {
            const body = utf8(JSON.stringify({ subject: `phone-${++asked}`, purpose: 'tls' }));
            const { status } = await lane.ask(
              httpRequest('POST', '/v1/challenges', authority, [], body),
            );
            if (status !== 201) throw new Error(`a challenge was refused: ${status}`);
          }
        }),
      );
    const memory: string[] = [];
    for (const mark of MARKS) {
      await until(mark);
      memory.push(`  ${mark}: ${await server.memory()}\n`);
    }
    print(`challenges outstanding\n${memory.join('')}`);
  } finally {
    await server.stop();
  }
}
