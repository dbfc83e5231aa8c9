import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Served } from './orders.js';

/** What a server's process has used so far. */
export interface Usage {
  readonly rss: number;
  /** Of the heap and of what it holds beside itself. */
  readonly usedBytes: number;
  readonly cpuMs: number;
}

/** A server of the benchmark that listens. */
export interface BenchServer extends Served {
  usage(): Promise<Usage>;
  /** The same, after garbage has been collected; says what memory there is. */
  memory(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server in a process of its own. */
export async function startServer(
  kind: 'bare' | 'relying-party',
  options: { readonly url?: string; readonly phones?: number } = {},
): Promise<BenchServer> {
  const { url = 'memory:', phones = 1 } = options;
  const program = fileURLToPath(new URL('./server-process.js', import.meta.url));
  const child = fork(program, [kind, url, String(phones)], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const ended = once(child, 'exit').then(([code]: readonly unknown[]): never => {
    throw new Error(`a server of the benchmark ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  const answer = async (): Promise<unknown> => {
    const message = once(child, 'message').then(([first]: readonly unknown[]) => first);
    return Promise.race([message, ended]);
  };
  const served = (await answer()) as Served;
  return {
    ...served,
    async usage() {
      child.send('usage');
      return (await answer()) as Usage;
    },
    async memory() {
      child.send('memory');
      const { rss, usedBytes } = (await answer()) as Usage;
      return `${megabytes(usedBytes)} in use, RSS ${megabytes(rss)}`;
    },
    async stop() {
      child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}
