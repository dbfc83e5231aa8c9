import {
  ADAPTER_VERDICTS,
  commandFor,
  httpPeer,
  SHIPPED_PEERS,
  startAdapter,
  type Backend,
  type Missing,
  type Peer,
} from '../corpus/differential/index.js';
import { HarnessError } from '../errors.js';

type Verdict = (typeof ADAPTER_VERDICTS)[number];

/** Which peers a command line names, and how they are called. */
export interface PeerOptions {
  readonly only?: readonly string[];
  readonly adapter?: readonly string[];
  readonly url?: string;
  readonly header?: readonly string[];
  readonly status?: readonly string[];
  readonly timeoutMs: number;
}

/** A peer that may be started, or else says what is missing. */
export interface ChosenPeer {
  readonly name: string;
  readonly start: () => Peer | Missing;
}

/** The peers of a command line: the user's own, and the shipped ones that are wanted. */
export function chosenPeers(options: PeerOptions): readonly ChosenPeer[] {
  const { only, adapter = [], url, timeoutMs } = options;
  const own = [
    ...adapter.map((command) => ({
      name: command,
      start: () => startAdapter({ name: command, command, timeoutMs }),
    })),
    ...(url === undefined ? [] : [{ name: url, start: () => httpPeer(backendOf(url, options)) }]),
  ];
  // What is wrong with the line is said before anything is started.
  if (url !== undefined) backendOf(url, options);
  const names = SHIPPED_PEERS.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new HarnessError('ERR_USAGE', `no peer is called "${unknown}"; ${names.join(', ')}`);
  }
  const isWanted = (name: string): boolean => only?.includes(name) ?? own.length === 0;
  const shipped = SHIPPED_PEERS.filter(({ name }) => isWanted(name)).map((peer) => ({
    name: `${peer.name} ${peer.version}`,
    start: () => {
      const command = commandFor(peer, timeoutMs);
      return 'problem' in command
        ? command
        : startAdapter({ ...command, name: `${peer.name} ${peer.version}` });
    },
  }));
  return [...own, ...shipped];
}

function backendOf(url: string, { header = [], status = [], timeoutMs }: PeerOptions): Backend {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new HarnessError('ERR_USAGE', `--url ${url}: is no http or https address`);
  }
  const headers = header.map((line): [string, string] => {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new HarnessError('ERR_USAGE', '--header: a header is "Name: value"');
    }
    return [name, value];
  });
  const statuses = status.map((text): readonly [number, Verdict] => {
    const [, code, word] = /^([1-5]\d\d)=(\w+)$/.exec(text) ?? [];
    const verdict = ADAPTER_VERDICTS.find((one) => one === word);
    if (code === undefined || verdict === undefined) {
      throw new HarnessError(
        'ERR_USAGE',
        `--status ${text}: is no CODE=VERDICT, with ${ADAPTER_VERDICTS.join(', ')}`,
      );
    }
    return [Number(code), verdict];
  });
  return { url, headers: Object.fromEntries(headers), statuses: new Map(statuses), timeoutMs };
}
