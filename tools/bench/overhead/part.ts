import { fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PartResult } from './mark.js';

/** What a process of the benchmark is to do. */
export interface PartOrder {
  readonly lab: string;
  readonly phones: readonly string[];
  /** Its own folder. */
  readonly reports: string;
  /** The file of the recording. */
  readonly recording: string;
  /** Whether to make the recording. */
  readonly record: boolean;
  /** What virtual Android phones run; the model of the probe where it is left out. */
  readonly probe?: 'model' | 'jvm';
}

/** The order that this process was started with; it comes from `conductPart`. */
export function partOrder(): PartOrder {
  return JSON.parse(process.argv[2] ?? 'null') as PartOrder;
}

/** Tells the process that gave the order, and ends what keeps this one alive for it. */
export function tellResult(result: PartResult): void {
  process.send?.(result, () => {
    process.disconnect();
  });
}

/** Runs a part in a process of its own; throws where it fails. */
export function conductPart(part: 'nightly' | 'bare', order: PartOrder): Promise<PartResult> {
  const script = fileURLToPath(new URL(`${part}-part.js`, import.meta.url));
  // What the part before it left to be written would be written at this one's cost.
  spawnSync('sync');
  const child = fork(script, [JSON.stringify(order)], { stdio: ['ignore', 2, 2, 'ipc'] });
  return new Promise((resolve, reject) => {
    let told: PartResult | null = null;
    child.once('message', (result) => {
      told = result as PartResult;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (told !== null && code === 0) resolve(told);
      else reject(new Error(`the ${part} part ended with exit code ${code ?? 'none'}`));
    });
  });
}
