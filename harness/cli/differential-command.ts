import {
  buildJavaPeers,
  compare,
  conform,
  countByFormat,
  ownCorpus,
  readQuestions,
  type Comparison,
  type Counts,
  type Peer,
  type Question,
} from '../corpus/differential/index.js';
import { EXIT, HarnessError } from '../errors.js';
import { comparisonText, countsText, findingText } from './differential-text.js';
import { chosenPeers, type PeerOptions } from './differential-peers.js';
import type { Terminal } from './terminal.js';

/** What the command is asked to do. */
export interface DifferentialOptions extends PeerOptions {
  readonly manifest?: string;
  readonly vector?: readonly string[];
  readonly conformance?: true;
  readonly buildJava?: true;
  readonly strict?: true;
  readonly json?: true;
}

/** How the peers came off, for the exit code. */
interface Tally {
  readonly asked: number;
  readonly missing: readonly LeftOut[];
  readonly broken: readonly LeftOut[];
  readonly disagreements: number;
}

interface LeftOut {
  readonly name: string;
  readonly problem: string;
}

/** Puts vectors to other verifiers and shows where they disagree. */
export async function differential(
  options: DifferentialOptions,
  terminal: Terminal,
): Promise<number> {
  const questions = wantedQuestions(options);
  if (options.buildJava === true) {
    const missing = buildJavaPeers();
    if (missing !== null) {
      terminal.err(`the peers on Java: ${missing.problem}; remedy: ${missing.remedy}\n`);
    }
  }
  const summary: Record<string, Record<string, Counts>> = {};
  const missing: LeftOut[] = [];
  const broken: LeftOut[] = [];
  let [asked, disagreements] = [0, 0];
  for (const { name, start } of chosenPeers(options)) {
    const started = start();
    if ('problem' in started) {
      missing.push({ name, problem: started.problem });
      terminal.err(`${name} is left out: ${started.problem}; remedy: ${started.remedy}\n`);
      continue;
    }
    try {
      const found = await askPeer(started, { questions, options, terminal });
      asked += 1;
      disagreements += found.disagreements;
      if (found.counted !== null) summary[name] = Object.fromEntries(found.counted);
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== 'ERR_ADAPTER') throw error;
      broken.push({ name, problem: error.message });
      terminal.err(`${error.message}\nremedy: ${error.remedy}\n`);
    }
  }
  const ours = oursText(questions, options);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ summary, missing, broken, ours: ours.ids })}\n`);
  } else if (options.conformance !== true) terminal.out(ours.text);
  const isOursWrong = options.conformance !== true && ours.ids.length > 0;
  return exitOf({ asked, missing, broken, disagreements }, { ...options, isOursWrong });
}

function exitOf(
  { asked, missing, broken, disagreements }: Tally,
  {
    strict,
    conformance,
    isOursWrong,
  }: Pick<DifferentialOptions, 'strict' | 'conformance'> & { readonly isOursWrong: boolean },
): number {
  const isStrict = strict === true;
  if (isOursWrong) return EXIT.unexpectedVerdict;
  if (disagreements > 0 && (isStrict || conformance === true)) return EXIT.unexpectedVerdict;
  if (broken.length > 0) return EXIT.infrastructure;
  if (asked === 0 || (isStrict && missing.length > 0)) return EXIT.coverage;
  return EXIT.passed;
}

interface Asking {
  readonly questions: readonly Question[];
  readonly options: DifferentialOptions;
  readonly terminal: Terminal;
}

// The adapter is ended whatever happens, and how it ends is a part of how it did.
async function askPeer(peer: Peer, asking: Asking) {
  let found;
  try {
    found = await (asking.options.conformance === true
      ? testPeer(peer, asking)
      : comparePeer(peer, asking));
  } catch (error) {
    await peer.close().catch(() => undefined);
    throw error;
  }
  await peer.close();
  return found;
}

async function comparePeer(peer: Peer, { questions, options, terminal }: Asking) {
  const comparisons: Comparison[] = [];
  if (options.json !== true) terminal.out(`${peer.name}\n`);
  for await (const comparison of compare(peer, questions)) {
    comparisons.push(comparison);
    terminal.out(
      options.json === true ? `${JSON.stringify(comparison)}\n` : comparisonText(comparison),
    );
  }
  const counted = countByFormat(comparisons);
  if (options.json !== true) terminal.out(countsText(judgedAlone(counted)));
  const disagreements = comparisons.filter(({ outcome }) => outcome.startsWith('false-')).length;
  return { counted, disagreements };
}

async function testPeer(peer: Peer, { questions, options, terminal }: Asking) {
  const findings = await conform(peer, questions);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ peer: peer.name, conformance: findings })}\n`);
  } else {
    terminal.out(`${peer.name}\n${findings.map(findingText).join('')}`);
  }
  const disagreements = findings.filter(({ problem }) => problem !== null).length;
  return { counted: null, disagreements };
}

// Of a format that a peer does not judge at all, nothing needs to be said.
function judgedAlone(counted: ReadonlyMap<string, Counts>): ReadonlyMap<string, Counts> {
  return new Map(
    [...counted].filter(
      ([, counts]) =>
        counts.agree + counts['false-accept'] + counts['false-reject'] > 0 || counted.size === 1,
    ),
  );
}

function wantedQuestions({
  manifest,
  vector,
  conformance,
}: DifferentialOptions): readonly Question[] {
  if (conformance === true && (manifest !== undefined || vector !== undefined)) {
    throw new HarnessError('ERR_USAGE', '--conformance has vectors of its own');
  }
  const all = (manifest === undefined ? ownCorpus() : [manifest]).flatMap((file) =>
    readQuestions(file, vector),
  );
  const absent = vector?.find((id) => !all.some((question) => question.id === id));
  if (absent !== undefined) throw new HarnessError('ERR_USAGE', `no vector has the id "${absent}"`);
  return all;
}

function oursText(questions: readonly Question[], { json }: DifferentialOptions) {
  const wrong = questions.filter(({ ours }) => !ours.agrees);
  const ids = wrong.map(({ id }) => id);
  if (json === true || wrong.length === 0) {
    return { ids, text: `ours: agrees with each of ${questions.length} vectors\n` };
  }
  const lines = wrong.map(({ id, ours }) => `  DISAGREES ${id}: ${ours.words}\n`);
  return { ids, text: `ours: disagrees with ${wrong.length} vectors\n${lines.join('')}` };
}
