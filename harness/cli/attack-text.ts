import type { AttackReport, TrialResult } from '../run/attack/attack-target.js';
import { inWords } from '../run/attack/target.js';

/** One line about one result. */
export function resultText(result: TrialResult): string {
  const { id, door, answer } = result;
  const columns = [wordOf(result).padEnd(8), inWords(answer).padEnd(34), id.padEnd(44), door];
  const aside = isBeside(result) ? `  (its own: ${result.codes.join(', ')})` : '';
  return `${columns.join(' ')}${aside}\n`;
}

/** What all results come to. */
export function summaryText(report: AttackReport): string {
  const { attacks, refused, beside, accepted, genuineRefused, failed } = count(report);
  const because = new Map<string, string[]>();
  for (const { id, reason } of report.unsent) {
    because.set(reason, [...new Set([...(because.get(reason) ?? []), id])]);
  }
  const unsent = [...because].map(([reason, ids]) => `  ${reason}: ${ids.join(', ')}\n`);
  return [
    '\n',
    `${refused} of ${attacks} attacks refused, ${beside} of them for another reason than their own\n`,
    ...lines('ACCEPTED', accepted),
    ...lines('REFUSED, though nothing is wrong with it', genuineRefused),
    ...lines('no judgement', failed),
    ...(unsent.length === 0 ? [] : ['not sent:\n', ...unsent]),
  ].join('');
}

/** One result as JSON. */
export function resultJson(result: TrialResult): string {
  const { id, door, must, codes, answer, asItMust } = result;
  const { outcome, status } = answer;
  const told = {
    code: answer.outcome === 'refused' ? answer.code : null,
    reason: answer.outcome === 'failed' ? answer.reason : null,
  };
  return `${JSON.stringify({ id, door, must, outcome, status, ...told, codes, asItMust })}\n`;
}

/** What all results come to, as JSON. */
export function summaryJson(report: AttackReport): string {
  const { attacks, refused, beside, accepted, genuineRefused, failed } = count(report);
  return `${JSON.stringify({
    ...{ attacks, refused, refusedForAnotherReason: beside },
    ...{ accepted: accepted.length, genuineRefused: genuineRefused.length, failed: failed.length },
    unsent: report.unsent,
  })}\n`;
}

function count({ results }: AttackReport) {
  const attacks = results.filter(({ must }) => must === 'be refused');
  const wrong = results.filter(({ asItMust }) => asItMust === false);
  return {
    attacks: attacks.length,
    refused: attacks.filter(({ asItMust }) => asItMust === true).length,
    beside: attacks.filter(isBeside).length,
    accepted: wrong.filter(({ must }) => must === 'be refused'),
    genuineRefused: wrong.filter(({ must }) => must === 'be accepted'),
    failed: results.filter(({ asItMust }) => asItMust === null),
  };
}

function lines(word: string, results: readonly TrialResult[]): readonly string[] {
  return results.map(({ id, door, answer }) => `${word}: ${id}, ${door}: ${inWords(answer)}\n`);
}

function wordOf({ answer: { outcome }, asItMust }: TrialResult): string {
  if (outcome === 'failed') return 'error';
  return asItMust === true ? outcome : outcome.toUpperCase();
}

// A backend may name its refusals as it likes; one of these codes for another check tells that the
// check which is meant for the attack has not been seen at work.
function isBeside({ must, answer, codes }: TrialResult): boolean {
  return (
    must === 'be refused' && answer.outcome === 'refused' && !codes.includes(answer.code ?? '')
  );
}
