import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EXIT, HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { replayAll } from '../run/replay-all.js';
import type { ReplaySource } from '../run/replay-lines.js';
import { runFolderOf } from '../run/replay.js';
import type { ReplayTally } from '../run/replay-tally.js';
import { encodeTrust } from '../run/trust-record.js';
import { loadTrust } from '../trust/index.js';
import type { Terminal } from './terminal.js';

/** Options of `attestlab replay`. */
export interface ReplayOptions {
  readonly workers?: string;
  readonly trust?: string;
  readonly json?: true;
}

/** Appraises all of a record again; exit 1 where a verdict is another now. */
export async function replayCommand(
  record: string,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<number> {
  const source = sourceOf(record, options);
  const tally = await replayAll(source, { workers: workersOf(options), memo: true });
  if (tally.appraisals === 0) {
    throw new HarnessError('ERR_FILE_INVALID', `${record}: records no appraisal`);
  }
  terminal.out(options.json === true ? `${JSON.stringify(tally, null, 2)}\n` : textOf(tally));
  return tally.differing === 0 ? EXIT.passed : EXIT.unexpectedVerdict;
}

function sourceOf(record: string, { trust }: ReplayOptions): ReplaySource {
  if (statSync(record, { throwIfNoEntry: false })?.isFile() === true) {
    const folder = trust ?? join(productRoot, 'fixtures', 'trust');
    return { kind: 'records', file: record, trust: encodeTrust(loadTrust(folder)) };
  }
  if (trust !== undefined) {
    throw new HarnessError('ERR_USAGE', '--trust: a run is judged by the trust that it recorded');
  }
  return { kind: 'run', folder: runFolderOf(record) };
}

const MAX_WORKERS = 64;

function workersOf({ workers }: ReplayOptions): number {
  if (workers === undefined) return Math.min(availableParallelism(), MAX_WORKERS);
  const count = Number(workers);
  if (/^\d{1,3}$/.test(workers) && count >= 1 && count <= MAX_WORKERS) return count;
  throw new HarnessError('ERR_USAGE', `--workers: "${workers}" is no number from 1 to 64`);
}

function textOf(tally: ReplayTally): string {
  const { appraisals, verdicts, differing, otherwise, unrecorded, examples } = tally;
  const { accepted, rejected, indeterminate } = verdicts;
  const more = differing - examples.length;
  return [
    `${appraisals} appraisals: ${accepted} accepted, ${rejected} rejected, ${indeterminate} indeterminate`,
    `${differing} verdicts differ from the record`,
    ...examples.map(({ line, recorded, now }) => `  line ${line}: was ${recorded}, now ${now}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(otherwise > 0 ? [`${otherwise} results differ in other words, not in their verdict`] : []),
    ...(unrecorded > 0 ? [`${unrecorded} lines record no verdict to compare with`] : []),
    '',
  ].join('\n');
}
