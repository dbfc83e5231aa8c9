import type { Progress } from './conductor.js';

/** Where progress is shown. */
export interface ProgressScreen {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** Shows a run while it goes on: one line a phone. */
export interface ProgressView {
  show(progress: Progress): void;
  /** Leaves the screen so that what follows starts on a line of its own. */
  end(): void;
}

/** On a terminal the lines are rewritten; elsewhere each floor's start and each end is a line. */
export function createProgressView(screen: ProgressScreen, nowMs: () => number): ProgressView {
  const startedMs = nowMs();
  const latest = new Map<string, Progress>();
  const printed = new Map<string, string>();
  let drawn = 0;

  const line = (progress: Progress): string => {
    const { phone, done, planned, unmet, floor } = progress;
    const seconds = ((nowMs() - startedMs) / 1000).toFixed(1);
    const state = floor ?? (done === planned ? 'done' : 'ready');
    const wrong = unmet === 0 ? '' : `  ${unmet} unexpected`;
    return `${phone.padEnd(20)} ${state.padEnd(14)} ${done}/${planned}  ${seconds} s${wrong}`;
  };

  const redraw = (): void => {
    const lines = [...latest.values()].map((one) => line(one).slice(0, screen.columns - 1));
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    screen.write(`${up}${lines.map((text) => `\r\u001b[2K${text}\n`).join('')}`);
    drawn = lines.length;
  };

  const printChange = (progress: Progress): void => {
    const stage = progress.floor ?? (progress.done === progress.planned ? 'done' : null);
    if (stage === null || printed.get(progress.phone) === stage) return;
    printed.set(progress.phone, stage);
    screen.write(`${line(progress)}\n`);
  };

  return {
    show(progress) {
      latest.set(progress.phone, progress);
      if (screen.isTTY) redraw();
      else printChange(progress);
    },
    end() {
      if (screen.isTTY) drawn = 0;
    },
  };
}
