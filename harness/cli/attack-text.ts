import { ATTACKS, describeAttack } from '../attacks/index.js';
import type { AttackReport, TrialResult } from '../run/attack/attack-target.js';
import type { ExportedFile } from '../run/attack/export-roots.js';
import { inWords } from '../run/attack/target.js';
import { codesOf, type Unsent } from '../run/attack/trial.js';

const COLUMNS = 80;
const WORD = 'ACCEPTED'.length + 2;
const ID = 42;
const INDENT = 2;

/** Lines about results as they come: a heading a door, then a line or two a result. */
export function resultLines(): (result: TrialResult) => string {
  let heading: string | null = null;
  return (result) => {
    const isProof = result.id === 'genuine';
    const title = isProof ? 'what is genuine' : result.door;
    const before = title === heading ? '' : `${heading === null ? '' : '\n'}${title}\n`;
    heading = title;
    return `${before}${resultText(result, isProof ? result.door : result.id)}`;
  };
}

function resultText(result: TrialResult, name: string): string {
  const { answer, reason, stoppedBy } = result;
  const start = `${' '.repeat(INDENT)}${wordOf(result).padEnd(WORD)}`;
  const aside = asideOf(result);
  const line = `${start}${name.padEnd(ID)}${aside}`.trimEnd();
  const lines =
    line.length <= COLUMNS ? [line] : [`${start}${name}`, ...wrapped(aside, start.length)];
  if (reason === 'another') {
    const own = `another reason than its own: ${codesOf(stoppedBy).join(', ')}`;
    lines.push(...wrapped(own, start.length));
  }
  if (answer.outcome === 'failed' && answer.status !== null) {
    lines.push(...wrapped(`status ${answer.status}`, start.length));
  }
  return lines.map((one) => `${one}\n`).join('');
}

function asideOf({ answer }: TrialResult): string {
  switch (answer.outcome) {
    case 'accepted':
      return String(answer.status);
    case 'refused':
      return answer.code ?? `${answer.status}, no reason told`;
    case 'failed':
      return answer.reason;
  }
}

/** What all results come to. */
export function summaryText(report: AttackReport): string {
  const { sent, refused, accepted, genuineRefused, failed, reasons } = count(report);
  return [
    '\n',
    `${sent} attacks sent: ${refused} refused, ${accepted.length} accepted`,
    failed.length === 0 ? '\n' : `, ${failed.length} not judged\n`,
    `refused for their own reason ${reasons['its own']}, for another ${reasons.another}, `,
    `for none that is told ${reasons['not told']}\n`,
    ...report.results.filter(isWrong).flatMap(findingText),
    ...lines('REFUSED, though nothing is wrong with it', genuineRefused),
    ...lines('not judged', failed),
    ...unsentText(report.unsent),
  ].join('');
}

function findingText({ id, door, answer, must }: TrialResult): readonly string[] {
  if (must === 'be accepted') return [];
  const one = ATTACKS.find((attack) => attack.id === id);
  const why = one === undefined ? [] : wrapped(describeAttack(one), INDENT);
  return [`\nACCEPTED: ${id}, ${door}: ${inWords(answer)}`, ...why].map((line) => `${line}\n`);
}

function unsentText(unsent: readonly Unsent[]): readonly string[] {
  if (unsent.length === 0) return [];
  const because = new Map<string, Set<string>>();
  for (const { id, reason } of unsent) {
    because.set(reason, (because.get(reason) ?? new Set()).add(id));
  }
  const groups = [...because].flatMap(([reason, ids]) => [
    ...wrapped(reason, INDENT),
    ...wrapped([...ids].join(', '), 2 * INDENT),
  ]);
  return ['\nnot sent, and so not passed:\n', ...groups.map((line) => `${line}\n`)];
}

/** What a backend has to trust, file by file. */
export function rootsText(files: readonly ExportedFile[]): string {
  return [
    'for a backend in a test set-up, and for no other:\n',
    ...files.map(({ file, use }) => `  ${file}\n    ${use}\n`),
  ].join('');
}

/** One result as JSON. */
export function resultJson(result: TrialResult): string {
  const { id, door, must, stoppedBy, answer, reason, asItMust } = result;
  const { outcome, status } = answer;
  const told = {
    code: answer.outcome === 'refused' ? answer.code : null,
    refusedFor: reason,
    problem: answer.outcome === 'failed' ? answer.reason : null,
  };
  const own = { codes: codesOf(stoppedBy), checks: stoppedBy };
  return `${JSON.stringify({ id, door, must, outcome, status, ...told, ...own, asItMust })}\n`;
}

/** What all results come to, as JSON. */
export function summaryJson(report: AttackReport): string {
  const { sent, refused, accepted, genuineRefused, failed, reasons } = count(report);
  return `${JSON.stringify({
    ...{ attacks: sent, refused, refusedForAnotherReason: reasons.another },
    refusedWithoutReason: reasons['not told'],
    ...{ accepted: accepted.length, genuineRefused: genuineRefused.length, failed: failed.length },
    unsent: report.unsent,
  })}\n`;
}

function count({ results }: AttackReport) {
  const attacks = results.filter(({ must }) => must === 'be refused');
  const wrong = results.filter(isWrong);
  const because = (wanted: TrialResult['reason']) =>
    attacks.filter(({ reason }) => reason === wanted).length;
  return {
    sent: attacks.length,
    refused: attacks.filter(({ asItMust }) => asItMust === true).length,
    reasons: {
      'its own': because('its own'),
      another: because('another'),
      'not told': because('not told'),
    },
    accepted: wrong.filter(({ must }) => must === 'be refused'),
    genuineRefused: wrong.filter(({ must }) => must === 'be accepted'),
    failed: results.filter(({ asItMust }) => asItMust === null),
  };
}

function isWrong({ asItMust }: TrialResult): boolean {
  return asItMust === false;
}

function lines(word: string, results: readonly TrialResult[]): readonly string[] {
  return results.flatMap(({ id, door, answer }) =>
    ['', `${word}: ${id}, ${door}:`, ...wrapped(inWords(answer), INDENT)].map(
      (line) => `${line}\n`,
    ),
  );
}

function wordOf({ answer: { outcome }, asItMust }: TrialResult): string {
  if (outcome === 'failed') return 'error';
  return asItMust === true ? outcome : outcome.toUpperCase();
}

/** Text in lines of at most 80 columns, each with as many spaces before it. */
function wrapped(text: string, indent: number): readonly string[] {
  const made: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (indent + longer.length > COLUMNS && line !== '') {
      made.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...made, line].map((one) => `${' '.repeat(indent)}${one}`);
}
