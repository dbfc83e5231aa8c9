import { EXIT, HarnessError } from '../errors.js';
import { statusUrlOf, updateTrust } from '../trust/index.js';
import { readInputText } from './input-files.js';
import { moment } from './moment.js';
import type { Terminal } from './terminal.js';

/** Options of `attestlab trust update`. */
export interface UpdateOptions {
  /** The folder that is written; never the shipped one by default. */
  readonly trust?: string;
  readonly from?: string;
  readonly takenAt?: string;
}

/** Gets the text behind an address. */
export type Fetch = (url: string) => Promise<string>;

const TIMEOUT_MS = 30_000;

/**
 * Updates a trust folder from a file, or from the address that the folder itself names. Without
 * either nothing is asked of the network.
 */
export async function trustUpdate(
  options: UpdateOptions,
  { terminal, clock, fetchText }: { terminal: Terminal; clock: Date; fetchText: Fetch },
): Promise<number> {
  const { trust, from, takenAt } = options;
  if (trust === undefined) throw new HarnessError('ERR_USAGE', 'trust update needs --trust FOLDER');
  const source = from ?? statusUrlOf(trust);
  if (source === null) {
    throw new HarnessError('ERR_USAGE', `${trust} names no statusUrl; give --from FILE`);
  }
  if (from === undefined && takenAt !== undefined) {
    throw new HarnessError('ERR_USAGE', '--taken-at belongs to --from: what is fetched is of now');
  }
  const { outcome, lines } = updateTrust(trust, {
    text: from === undefined ? await fetchText(source) : readInputText(from),
    ...{ name: source, now: clock },
    takenAt: takenAt === undefined ? clock : moment(takenAt, { name: '--taken-at' }),
  });
  terminal.out([`${outcome} in ${trust}\n`, ...lines.map((line) => `  ${line}\n`)].join(''));
  return EXIT.passed;
}

/** Fetches over https, once, within a time; anything but 200 is an error. */
export async function fetchText(url: string): Promise<string> {
  try {
    const reply = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (reply.status !== 200) throw new Error(`answered ${reply.status}`);
    return await reply.text();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${url}: ${reason}`, { cause });
  }
}
