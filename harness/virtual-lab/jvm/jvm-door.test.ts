import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { openJvmDoor, type JvmDoor } from './jvm-door.js';
import type { JvmMessage } from './jvm-protocol.js';

let door: JvmDoor | null = null;

afterEach(async () => {
  await door?.close();
  door = null;
});

function caller({ port }: JvmDoor, ...lines: readonly object[]): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  for (const line of lines) socket.write(`${JSON.stringify(line)}\n`);
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', resolve));

it('lets a JVM in by its token, and hears and answers it', async () => {
  door = await openJvmDoor();
  const heard: JvmMessage[] = [];
  let onHeard: () => void = () => undefined;
  const hearing = new Promise<void>((resolve) => (onHeard = resolve));
  const token = door.expect({
    onConnected: (line) => {
      line.say({ model: 'Virtual Pixel' });
    },
    onMessage: (message) => {
      heard.push(message);
      onHeard();
    },
  });
  const ready = { ready: { tlsProvider: 'Conscrypt 2.6.2', java: '17.0.15' } };
  const socket = caller(door, { token }, ready);
  const [first] = await new Promise<string[]>((resolve) => {
    createInterface({ input: socket }).once('line', (line) => {
      resolve([line]);
    });
  });
  expect(first).toBe('{"model":"Virtual Pixel"}');
  await hearing;
  expect(heard).toEqual([ready]);
});

it('turns away who has no token, or one that was used', async () => {
  door = await openJvmDoor();
  let calls = 0;
  const token = door.expect({ onConnected: () => (calls += 1), onMessage: () => undefined });
  await closed(caller(door, { token: 'guessed' }));
  await closed(caller(door, { ready: { tlsProvider: 'none', java: '17' } }));
  expect(calls).toBe(0);
  const first = caller(door, { token });
  await closed(caller(door, { token: 'guessed' }));
  await closed(caller(door, { token }));
  expect(calls).toBe(1);
  first.destroy();
});
