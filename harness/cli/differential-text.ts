import type { Comparison, ConformanceFinding, Counts } from '../corpus/differential/index.js';
import { wrapped } from './terminal.js';

const TITLES = { 'false-accept': 'FALSE ACCEPT', 'false-reject': 'FALSE REJECT' } as const;

/** Of foreign words, that much is shown. */
const SHOWN_CHARACTERS = 400;

/** A disagreement for people: both sides with their words; nothing of what agrees. */
export function comparisonText({ outcome, id, theirs, ours, expected }: Comparison): string {
  if (outcome === 'agree' || outcome === 'unsupported') return '';
  const line = (side: string, { verdict, reason }: Comparison['ours']): string =>
    wrapped(`${side}: ${verdict}${reason === '' ? '' : `: ${shown(reason)}`}`, {
      first: '    ',
      next: '      ',
    });
  const isOursRight = ours.verdict === expected.verdict;
  return [
    wrapped(`${TITLES[outcome]} ${id}`, { first: '  ', next: '    ' }),
    line('theirs', theirs),
    line('ours', ours),
    isOursRight ? '' : line('the vector', expected),
  ].join('');
}

/** A peer's counts, a line a format. */
export function countsText(counted: ReadonlyMap<string, Counts>): string {
  return [...counted]
    .map(([format, counts]) => {
      const { agree, unsupported } = counts;
      const figures = [
        `${agree} agree`,
        `${counts['false-accept']} false accepts`,
        `${counts['false-reject']} false rejects`,
        `${unsupported} unsupported`,
      ];
      return wrapped(`${format}: ${figures.join(', ')}`, { first: '  ', next: '    ' });
    })
    .join('');
}

/** What a conformance test found, a line a rule. */
export function findingText({ rule, problem }: ConformanceFinding): string {
  const next = ' '.repeat(10);
  return problem === null
    ? wrapped(rule, { first: '  kept    ', next })
    : wrapped(`${rule}: ${shown(problem)}`, { first: '  BROKEN  ', next });
}

// Foreign words may hold anything; control characters would write over our own.
function shown(words: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  const plain = words.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
  return plain.length > SHOWN_CHARACTERS ? `${plain.slice(0, SHOWN_CHARACTERS)}...` : plain;
}
