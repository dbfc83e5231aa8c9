import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HarnessError } from '../errors.js';
import { RUN_FILES } from '../report/record.js';
import { compiled } from './compiled.js';
import { lineBatches, type LineBatch } from './line-batches.js';
import type { ReplaySource } from './replay-lines.js';
import { addTallies, NO_REPLAYS, type ReplayTally } from './replay-tally.js';

/** What a thread is started with. */
export interface WorkerTask {
  readonly source: ReplaySource;
  readonly memo: boolean;
  /** The file that lines come from, for errors. */
  readonly place: string;
}

/** What a thread answers to a batch. */
export type BatchAnswer =
  | { readonly tally: ReplayTally }
  | { readonly problem: { readonly code: HarnessError['code']; readonly message: string } };

/** Batches that wait at a thread: one to work on, one to go on with. */
const BATCHES_AHEAD = 2;

/**
 * Appraises every recorded line again on several threads. Memory does not grow with the record: no
 * more lines are read than threads have room for, and of results only counts are kept.
 */
export async function replayAll(
  source: ReplaySource,
  options: {
    readonly workers: number;
    readonly memo: boolean;
    readonly onProgress?: (tally: ReplayTally) => void;
  },
): Promise<ReplayTally> {
  const isRun = source.kind === 'run';
  const place = isRun ? join(source.folder, RUN_FILES.journal) : source.file;
  const task: WorkerTask = { source, memo: options.memo, place };
  const batches = lineBatches(place, { tornLine: isRun ? 'left-out' : 'kept' });
  const threads = Array.from({ length: options.workers }, () => startThread(task));
  let total = NO_REPLAYS;
  const work = async (thread: Thread): Promise<void> => {
    for await (const batch of shared(batches)) {
      const tally = await thread.ask(batch);
      // Read after the wait, in which other lanes have counted too.
      total = addTallies(total, tally);
      options.onProgress?.(total);
    }
  };
  try {
    const lanes = threads.flatMap((thread) => Array.from({ length: BATCHES_AHEAD }, () => thread));
    await Promise.all(lanes.map(work));
    return total;
  } finally {
    await batches.return();
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

interface Thread {
  ask(batch: LineBatch): Promise<ReplayTally>;
  end(): Promise<void>;
}

function startThread(task: WorkerTask): Thread {
  const worker = new Worker(compiled('replay-worker'), { workerData: task });
  const failed = once(worker, 'error').then(([error]: readonly unknown[]): never => {
    throw error;
  });
  // Where nobody asks any more, nobody hears it.
  failed.catch(() => undefined);
  const waiting: ((answer: BatchAnswer) => void)[] = [];
  // Batches are answered in the order in which they were sent.
  worker.on('message', (answer: BatchAnswer) => waiting.shift()?.(answer));
  return {
    async ask(batch) {
      const answered = new Promise<BatchAnswer>((resolve) => waiting.push(resolve));
      worker.postMessage(batch, [batch.bytes.buffer]);
      const answer = await Promise.race([answered, failed]);
      if ('tally' in answer) return answer.tally;
      throw new HarnessError(answer.problem.code, answer.problem.message);
    },
    async end() {
      await worker.terminate();
    },
  };
}

// Several loops draw from one generator; that one of them ends must not end it for the others.
function shared<T>(generator: AsyncGenerator<T, void>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next() }) };
}
