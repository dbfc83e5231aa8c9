import { parentPort, workerData } from 'node:worker_threads';
import { HarnessError } from '../errors.js';
import type { LineBatch } from './line-batches.js';
import { createLineReplayer } from './replay-lines.js';
import type { BatchAnswer, WorkerTask } from './replay-all.js';
import { addTallies, NO_REPLAYS, tallyOf } from './replay-tally.js';

// The program of a thread of `attestlab replay`: batches of lines come in, tallies go out.
const task = workerData as WorkerTask;
const replayer = createLineReplayer(task.source, { memo: task.memo });
const utf8 = new TextDecoder();

parentPort?.on('message', (batch: LineBatch) => {
  parentPort?.postMessage(answerTo(batch));
});

function answerTo({ firstLine, bytes }: LineBatch): BatchAnswer {
  let tally = NO_REPLAYS;
  try {
    for (const [index, line] of utf8.decode(bytes).split('\n').entries()) {
      if (line.trim() === '') continue;
      const replayed = replayer(line, `${task.place}:${firstLine + index}`);
      if (replayed !== null) tally = addTallies(tally, tallyOf(firstLine + index, replayed));
    }
    return { tally };
  } catch (error) {
    // Errors lose their class on the way between threads, and a bug must stay one.
    if (!(error instanceof HarnessError)) throw error;
    return { problem: { code: error.code, message: error.message } };
  }
}
