import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A program that the run started, in a process group of its own. */
export interface Child {
  readonly exited: Promise<number>;
  readonly process: ChildProcess;
  /** Ends the whole group: politely, and after `graceMs` for good. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts `node` on a script with stdout and stderr going to a file. The group of its own keeps a
 * terminal's Ctrl-C away from it: the run decides the order in which its parts end. The channel
 * lets the child notice that the run has died.
 */
export function startNode(
  script: string,
  options: {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
    readonly log: string;
  },
): Child {
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn(process.execPath, [script, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => {
      resolve(127);
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
  return { exited, process: child, stop: (graceMs) => stop(child, exited, graceMs) };
}

async function stop(child: ChildProcess, exited: Promise<number>, graceMs: number): Promise<void> {
  signal(child, 'SIGTERM');
  const timer = setTimeout(() => {
    signal(child, 'SIGKILL');
  }, graceMs);
  await exited;
  clearTimeout(timer);
  // The leader is gone; what it left behind in its group must not outlive the run.
  signal(child, 'SIGKILL');
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group has ended already.
  }
}
