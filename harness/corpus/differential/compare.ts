import type { Format } from '../../verifier/index.js';
import type { Peer } from './peer.js';
import type { AdapterVector, Answer } from './protocol.js';
import type { Question } from './questions.js';

/** What became of one vector at one peer; what is right is what the vector says. */
export type Outcome = 'agree' | 'false-accept' | 'false-reject' | 'unsupported';

/** One side's answer and its words. */
export interface Said {
  readonly verdict: Answer['verdict'];
  readonly reason: string;
}

/** One vector, both sides; the line that `--json` prints. */
export interface Comparison {
  readonly peer: string;
  readonly id: string;
  readonly format: Format;
  readonly variant: Question['variant'];
  readonly outcome: Outcome;
  /** What the vector says. */
  readonly expected: Said;
  /** What our verifier says. */
  readonly ours: Said;
  /** What the peer says. */
  readonly theirs: Said;
}

/** How often each outcome came. */
export type Counts = Readonly<Record<Outcome, number>>;

/** Puts every question to a peer, in their order; throws where the peer breaks. */
export async function* compare(
  peer: Pick<Peer, 'name'> & { ask(vector: AdapterVector): Promise<Answer> },
  questions: readonly Question[],
): AsyncGenerator<Comparison> {
  for (const question of questions) {
    const { id, format, variant, expected, ours, vector } = question;
    const { verdict, reason } = await peer.ask(vector);
    yield {
      ...{ peer: peer.name, id, format, variant },
      outcome: outcomeOf(verdict, expected.isAccepted),
      expected: said(expected),
      ours: said(ours),
      theirs: { verdict, reason },
    };
  }
}

/** Counts outcomes by format, in the order in which the formats come. */
export function countByFormat(
  comparisons: readonly Pick<Comparison, 'format' | 'outcome'>[],
): ReadonlyMap<Format, Counts> {
  const counted = new Map<Format, Counts>();
  for (const { format, outcome } of comparisons) {
    const before = counted.get(format) ?? NOTHING;
    counted.set(format, { ...before, [outcome]: before[outcome] + 1 });
  }
  return counted;
}

const NOTHING: Counts = { agree: 0, 'false-accept': 0, 'false-reject': 0, unsupported: 0 };

function outcomeOf(verdict: Answer['verdict'], isGood: boolean): Outcome {
  if (verdict === 'unsupported') return 'unsupported';
  if ((verdict === 'accepted') === isGood) return 'agree';
  return isGood ? 'false-reject' : 'false-accept';
}

function said({ isAccepted, words }: Question['expected']): Said {
  return { verdict: isAccepted ? 'accepted' : 'rejected', reason: words };
}
