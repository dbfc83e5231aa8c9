import type { Socket } from 'node:net';
import type { ConnectionRecord } from './connection-record.js';

/** Who is told of the bytes. */
interface Meter {
  fromClient(chunk: Uint8Array): void;
  toClient(bytes: number): void;
}

/**
 * Carries bytes both ways until both sides are done, at the pace of the slower one. `open` is asked
 * for the other side at the client's first byte: a client that sends none leaves no trace further in.
 */
export function relay(
  client: Socket,
  open: () => Socket,
  about: { readonly record: ConnectionRecord; readonly meter: Meter },
): void {
  const { record, meter } = about;
  let upstream: Socket | null = null;
  const openOnce = (): Socket => {
    if (upstream !== null) return upstream;
    const opened = open();
    upstream = opened;
    opened.on('drain', () => client.resume());
    opened.on('data', (chunk: Uint8Array) => {
      const flushed = client.write(chunk, (error) => {
        if (error === null || error === undefined) meter.toClient(chunk.length);
      });
      if (!flushed) opened.pause();
    });
    client.on('drain', () => opened.resume());
    opened.once('end', () => {
      record.ended('upstream-closed');
      client.end();
    });
    opened.once('close', () => {
      // What was written before is still flushed: `end` is queued behind it.
      client.destroySoon();
    });
    return opened;
  };
  client.on('data', (chunk: Uint8Array) => {
    meter.fromClient(chunk);
    if (!openOnce().write(chunk)) client.pause();
  });
  client.once('end', () => {
    record.ended('client-closed');
    if (upstream === null) client.end();
    else upstream.end();
  });
  client.once('close', () => {
    upstream?.destroy();
  });
}
