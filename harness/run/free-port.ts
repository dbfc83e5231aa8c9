import { createServer } from 'node:net';
import { HarnessError } from '../errors.js';

/** A loopback port to listen on: `wanted`, which must be free, or any free one where it is 0. */
export async function freePort(wanted: number, user: string): Promise<number> {
  const server = createServer();
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        const address = server.address();
        if (address === null || typeof address === 'string') {
          reject(new Error('no port'));
          return;
        }
        resolve(address.port);
      });
    });
  } catch (error) {
    throw new HarnessError('ERR_PORT_IN_USE', `${user}: 127.0.0.1:${wanted} is taken`, {
      cause: error,
    });
  } finally {
    server.close();
  }
}
