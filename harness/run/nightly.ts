import { join } from 'node:path';
import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import { terminalTable } from '../report/terminal.js';
import type { Child } from './child-process.js';
import type { PreparationOptions } from './preparation.js';
import { createProgressView } from './progress.js';
import type { FinishedRun } from './finish-run.js';
import type { Run, RunOptions } from './run.js';
import { startRunWithRunner } from './test-runner.js';

const WORKER_GRACE_MS = 5_000;

/** Runs a lab's scenarios once and returns the gate's exit code; says on stderr what goes on. */
export async function runNightly(options: PreparationOptions): Promise<ExitCode> {
  const { stderr } = process;
  const screen = {
    isTTY: stderr.isTTY,
    columns: stderr.isTTY ? stderr.columns : 80,
    write: (text: string) => void stderr.write(text),
  };
  const view = createProgressView(screen, () => performance.now());
  const interrupts = listenForInterrupts();
  try {
    const finished = await conductRun(
      {
        ...options,
        onProgress: (progress) => {
          view.show(progress);
        },
      },
      interrupts.signal,
    );
    view.end();
    const { folder, notes, reported } = finished;
    stderr.write(`\n${terminalTable({ ...reported, notes })}\nreports: ${folder}\n`);
    // A verdict that went wrong outranks a disk that is full; one that went right does not hide it.
    const [unwritten] = finished.reportErrors;
    if (unwritten === undefined || finished.gate.exit !== EXIT.passed) return finished.gate.exit;
    stderr.write(`exit ${unwritten.exit}: ${unwritten.code}: a file of the run was not written\n`);
    return unwritten.exit;
  } finally {
    interrupts.stop();
  }
}

/** Starts a run, lets the test runner work through it and ends it, whatever happens in between. */
export async function conductRun(options: RunOptions, signal: AbortSignal): Promise<FinishedRun> {
  const { run, runner } = await startRunWithRunner(options);
  if (signal.aborted) {
    await runner.stop(0);
    return run.finish({ cancelled: true, errors: [] });
  }
  const errors: Error[] = [];
  try {
    runner.begin(run.env);
    await untilDone(runner, run, signal);
  } catch (error) {
    errors.push(error instanceof Error ? error : new Error(String(error)));
  }
  return run.finish({ cancelled: signal.aborted, errors });
}

// The runner's exit code says less than the journal: it is 1 for an unmet expectation, which the
// gate names, and for a worker that never came up, whose jobs stay open and so inconclusive.
async function untilDone(child: Child, run: Run, signal: AbortSignal): Promise<void> {
  const cancel = (): void => void child.stop(WORKER_GRACE_MS);
  signal.addEventListener('abort', cancel, { once: true });
  const code = await child.exited;
  signal.removeEventListener('abort', cancel);
  await child.stop(0);
  if (code === 127 && !signal.aborted) {
    const log = join(run.folder, 'wdio.log');
    throw new HarnessError('ERR_APPIUM_UNAVAILABLE', `the test runner did not start; see ${log}`);
  }
}

function listenForInterrupts(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    // Somebody who asks twice will not wait for phones to be released.
    if (controller.signal.aborted) process.exit(EXIT.cancelled);
    process.stderr.write('\ncancelling: releasing the phones (again to stop at once)\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
