import type { Verdict } from '../verifier/index.js';
import type { ReplayedLine } from './replay-lines.js';

/** A line whose verdict is another now. */
export interface DifferingLine {
  /** From 1. */
  readonly line: number;
  readonly recorded: Verdict;
  readonly now: Verdict;
}

/** What came of recorded appraisals, counted. */
export interface ReplayTally {
  readonly appraisals: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Appraisals whose verdict is another now. */
  readonly differing: number;
  /** Appraisals of the same verdict whose result differs in anything else. */
  readonly otherwise: number;
  /** Appraisals of which no verdict is recorded. */
  readonly unrecorded: number;
  /** The first of the differing lines. */
  readonly examples: readonly DifferingLine[];
}

/** A tally of nothing. */
export const NO_REPLAYS: ReplayTally = {
  appraisals: 0,
  verdicts: { accepted: 0, rejected: 0, indeterminate: 0 },
  ...{ differing: 0, otherwise: 0, unrecorded: 0 },
  examples: [],
};

/** So many differing lines are named; a verifier that changed may differ in every line. */
const MAX_EXAMPLES = 20;

/** The tally of one line. */
export function tallyOf(line: number, replayed: ReplayedLine): ReplayTally {
  const { verdict, recorded, sameBytes } = replayed;
  const differs = recorded !== null && recorded !== verdict;
  return {
    appraisals: 1,
    verdicts: { ...NO_REPLAYS.verdicts, [verdict]: 1 },
    differing: differs ? 1 : 0,
    otherwise: !differs && sameBytes === false ? 1 : 0,
    unrecorded: recorded === null ? 1 : 0,
    examples: differs ? [{ line, recorded, now: verdict }] : [],
  };
}

/** Both tallies in one. */
export function addTallies(left: ReplayTally, right: ReplayTally): ReplayTally {
  const verdicts = { ...left.verdicts };
  for (const verdict of Object.keys(verdicts) as Verdict[]) {
    verdicts[verdict] += right.verdicts[verdict];
  }
  return {
    appraisals: left.appraisals + right.appraisals,
    verdicts,
    differing: left.differing + right.differing,
    otherwise: left.otherwise + right.otherwise,
    unrecorded: left.unrecorded + right.unrecorded,
    examples: [...left.examples, ...right.examples]
      .sort((one, other) => one.line - other.line)
      .slice(0, MAX_EXAMPLES),
  };
}
