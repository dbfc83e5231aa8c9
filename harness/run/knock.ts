import { connect } from 'node:net';
import { HarnessError } from '../errors.js';

const TIMEOUT_MS = 5_000;

/** Sees whether somebody listens at a URL's host and port; ERR_RELYING_PARTY where nobody does. */
export async function knockAt(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new HarnessError('ERR_RELYING_PARTY', `${url} is not answered: ${reason}`));
    };
    socket.setTimeout(TIMEOUT_MS, () => {
      fail(`no connection within ${TIMEOUT_MS} ms`);
    });
    socket.once('error', (error) => {
      fail(error.message);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
