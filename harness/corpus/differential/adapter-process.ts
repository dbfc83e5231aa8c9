import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HarnessError } from '../../errors.js';
import type { Peer } from './peer.js';
import { adapterResultSchema, type AdapterResult, type AdapterVector } from './protocol.js';

/** Of what an adapter says on stderr, the end is shown. */
const SHOWN_STDERR = 2000;

/** How long an adapter may take to end once its input has. */
const CLOSE_MS = 10_000;

/** How an adapter is started. */
export interface AdapterCommand {
  readonly name: string;
  /** A program; where `args` are left out, a line for the shell. */
  readonly command: string;
  readonly args?: readonly string[];
  /** The longest that one vector may take. */
  readonly timeoutMs: number;
}

/** An adapter behind its stdin and stdout. */
export interface AdapterProcess extends Peer {
  /** Sends any line, and reads the result that comes for it. */
  askLine(line: string): Promise<AdapterResult>;
}

/** Starts an adapter. What goes wrong shows itself when it is asked. */
export function startAdapter(adapter: AdapterCommand): AdapterProcess {
  const { name, command, args, timeoutMs } = adapter;
  const child = spawn(command, [...(args ?? [])], {
    shell: args === undefined,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what a shell started ends with it.
    detached: true,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr = `${stderr}${part.toString('utf8')}`.slice(-SHOWN_STDERR);
  });
  // A broken pipe shows as an adapter that has ended.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => {
      resolve(`cannot be started: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? null : `ended with ${code ?? String(signal)}`);
    });
  });
  const broken = (problem: string): HarnessError => {
    const said = stderr.trim();
    return new HarnessError(
      'ERR_ADAPTER',
      `adapter ${name}: ${problem}${said === '' ? '' : `; its stderr: ${said}`}`,
    );
  };
  const nextLine = async (): Promise<string> => {
    const next = await within(lines.next(), timeoutMs);
    if (next === null) {
      killGroup(child);
      throw broken(`no result within ${timeoutMs} ms`);
    }
    if (next.done === true) throw broken((await ended) ?? 'ended before its input did');
    return next.value;
  };
  const askLine = async (line: string): Promise<AdapterResult> => {
    child.stdin.write(`${line}\n`);
    return readResult(await nextLine(), broken);
  };
  return {
    name,
    askLine,
    async ask(vector: AdapterVector) {
      const result = await askLine(JSON.stringify(vector));
      if (result.id === vector.id) return result;
      killGroup(child);
      throw broken(`answers to ${vector.id} as ${JSON.stringify(result.id)}`);
    },
    async close() {
      child.stdin.end();
      const extra = await within(lines.next(), CLOSE_MS);
      const problem = extra?.done === true ? await ended : null;
      killGroup(child);
      if (extra === null) throw broken(`still runs ${CLOSE_MS} ms after its input ended`);
      if (extra.done !== true) throw broken('wrote a line that nothing asked for');
      if (problem !== null) throw broken(problem);
    },
  };
}

function readResult(line: string, broken: (problem: string) => HarnessError): AdapterResult {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw broken(`a line of its stdout is no JSON: ${line.slice(0, 200)}`);
  }
  const parsed = adapterResultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw broken(`a result does not fit: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      resolve(null);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
