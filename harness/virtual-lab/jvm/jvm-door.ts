import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { toBase64url } from '../../encoding/bytes.js';
import { jvmMessageSchema, type JvmMessage } from './jvm-protocol.js';

/** The phone's end of the line to its JVM. */
export interface JvmLine {
  say(message: object): void;
}

/** What a phone hears of the JVM that holds its token. */
export interface JvmListener {
  readonly onConnected: (line: JvmLine) => void;
  readonly onMessage: (message: JvmMessage) => void;
}

/** Where JVMs find their phones: one port of the loopback interface, and a token for each. */
export interface JvmDoor {
  readonly port: number;
  /** A token that lets one JVM in, and the phone that listens to it. */
  expect(listener: JvmListener): string;
  close(): Promise<void>;
}

/** Opens the door. */
export async function openJvmDoor(): Promise<JvmDoor> {
  const expected = new Map<string, JvmListener>();
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.once('error', () => socket.destroy());
    greet(socket, expected);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    expect(listener) {
      const token = toBase64url(randomBytes(32));
      expected.set(token, listener);
      return token;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}

function greet(socket: Socket, expected: Map<string, JvmListener>): void {
  let listener: JvmListener | null = null;
  createInterface({ input: socket }).on('line', (text) => {
    const message = jvmMessageSchema.safeParse(parseJson(text)).data;
    if (listener !== null && message !== undefined) {
      listener.onMessage(message);
      return;
    }
    // A token is good for one line: whoever has overheard it is not let in again.
    const token = message !== undefined && 'token' in message ? message.token : '';
    listener = expected.get(token) ?? null;
    expected.delete(token);
    if (listener === null) {
      socket.destroy();
      return;
    }
    listener.onConnected({
      say: (said) => void socket.write(`${JSON.stringify(said)}\n`),
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
