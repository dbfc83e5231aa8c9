import { HarnessError } from '../errors.js';
import type { Journal } from './journal.js';
import type { RunFolder } from './run-folder.js';

/** What could be had of a phone when a story had not ended as expected; null where it could not. */
export interface Witness {
  /** PNG, base64. */
  readonly screenshot: string | null;
  readonly log: string | null;
}

/** The last lines are about what has just happened. */
const MOST_LOG_LINES = 400;

/** Lines of a phone's log as a text, the last of them alone. */
export function logText(lines: readonly { readonly at: Date; readonly text: string }[]): string {
  return lines
    .slice(-MOST_LOG_LINES)
    .map(({ at, text }) => `${at.toISOString()} ${text}\n`)
    .join('');
}

/** Stores what a phone showed and logged beside its evidence, and journals that. */
export function storeWitness(
  run: {
    readonly folder: Pick<RunFolder, 'storeEvidence'>;
    readonly journal: Pick<Journal, 'append'>;
    /** Is told of what could not be written. */
    readonly onUnwritable: (error: HarnessError) => void;
  },
  witness: Witness & { readonly phone: string; readonly scenario: string },
): void {
  const { phone, scenario, screenshot, log } = witness;
  const name = scenario.replaceAll('/', '.');
  const store = (kind: 'screenshot' | 'device-log', file: string, content: Uint8Array): void => {
    const { file: path, sha256 } = run.folder.storeEvidence(phone, file, content);
    run.journal.append({ type: 'witness', phone, scenario, kind, file: path, fileSha256: sha256 });
  };
  try {
    if (screenshot !== null) store('screenshot', `${name}.png`, Buffer.from(screenshot, 'base64'));
    if (log !== null) store('device-log', `${name}.log`, Buffer.from(log));
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    run.onUnwritable(error);
  }
}
