import { EXIT, HarnessError } from '../errors.js';
import { trustUrlsOf, updateTrust } from '../trust/index.js';
import { readInput } from './input-files.js';
import { moment } from './moment.js';
import type { Terminal } from './terminal.js';

/** Options of `attestlab trust update`. */
export interface UpdateOptions {
  /** The folder that is written; never the shipped one by default. */
  readonly trust?: string;
  readonly from?: string;
  readonly takenAt?: string;
}

/** Gets what is behind an address. */
export type Fetch = (url: string) => Promise<Uint8Array>;

const TIMEOUT_MS = 30_000;

/** Google's list has some 50 bytes a serial; this is room for 300,000 of them. */
const TRUST = { maxBytes: 16_777_216, what: 'a status list' };

/**
 * Updates a trust folder from a file, or from the addresses that the folder itself names. Without
 * either nothing is asked of the network.
 */
export async function trustUpdate(
  options: UpdateOptions,
  { terminal, clock, fetchBytes }: { terminal: Terminal; clock: Date; fetchBytes: Fetch },
): Promise<number> {
  const { trust, from, takenAt } = options;
  if (trust === undefined) throw new HarnessError('ERR_USAGE', 'trust update needs --trust FOLDER');
  const sources = from === undefined ? trustUrlsOf(trust) : [from];
  if (sources.length === 0) {
    throw new HarnessError(
      'ERR_USAGE',
      `${trust} names no statusUrl and no rootUrls; give --from FILE`,
    );
  }
  if (from === undefined && takenAt !== undefined) {
    throw new HarnessError('ERR_USAGE', '--taken-at belongs to --from: what is fetched is of now');
  }
  // The status list comes first: a root that a person must look at does not keep it from being fresh.
  for (const source of sources) {
    const { outcome, lines } = updateTrust(trust, {
      content: from === undefined ? await fetchBytes(source) : readInput(from, TRUST),
      ...{ name: source, now: clock },
      takenAt: takenAt === undefined ? clock : moment(takenAt, { name: '--taken-at' }),
    });
    terminal.out([`${outcome} in ${trust}\n`, ...lines.map((line) => `  ${line}\n`)].join(''));
  }
  return EXIT.passed;
}

/** Fetches over https, once, within a time; anything but 200 is an error. */
export async function fetchBytes(url: string): Promise<Uint8Array> {
  try {
    const reply = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (reply.status !== 200) throw new Error(`answered ${reply.status}`);
    return new Uint8Array(await reply.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${url}: ${reason}`, { cause });
  }
}
