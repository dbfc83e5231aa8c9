import {
  SUSPICIONS,
  THRESHOLDS,
  type SignalId,
} from '../../harness/relying-party/monitoring/index.js';
import type { Figure } from './figure.js';
import { KINDS, populationOf } from './monitoring/population.js';
import {
  ADVERSARIES,
  confusion,
  isSuspectedAtAll,
  judged,
  LABELS,
  scoreOf,
  type Judged,
} from './monitoring/score.js';
import { thresholdsDigest } from './monitoring/thresholds-digest.js';
import { EVALUATION, TUNING, type TrafficSet } from './monitoring/traffic-sets.js';

/**
 * How well the signals tell a person from a bot, a farm and a replayer, on synthetic traffic. It says
 * nothing of real traffic but where the rules fail even on traffic that somebody thought of.
 */
export const monitoring: Figure = {
  name: 'monitoring',
  measure(print) {
    print(`  thresholds ${thresholdsDigest()}; all traffic is synthetic\n`);
    for (const line of report('tuning set, which thresholds were set on', TUNING, 'short')) {
      print(line);
    }
    for (const line of report('evaluation set, which no threshold has seen', EVALUATION, 'long')) {
      print(line);
    }
    return Promise.resolve();
  },
};

function report(title: string, set: TrafficSet, length: 'short' | 'long'): readonly string[] {
  const keys = judged(populationOf(set));
  const lines = [`  ${title}: seeds ${set.seeds.join(', ')}; ${keys.length} keys\n`];
  lines.push(row('adversary', ['precision', 'recall', 'TP', 'FP', 'people', 'FN', 'TN']));
  for (const adversary of ADVERSARIES) {
    const score = scoreOf(keys, adversary);
    const { truePositives, falsePositives, falselyAccused, falseNegatives, trueNegatives } = score;
    const counts = [truePositives, falsePositives, falselyAccused, falseNegatives, trueNegatives];
    lines.push(
      row(adversary, [ratio(score.precision), ratio(score.recall), ...counts.map(String)]),
    );
  }
  const people = keys.filter(({ label }) => label === 'human');
  const accused = people.filter(({ risk }) => isSuspectedAtAll(risk)).length;
  lines.push(
    `    false positives on people: ${accused} of ${people.length}, ${ratio(accused / people.length)}\n`,
  );
  return length === 'short' ? lines : [...lines, ...confusionLines(keys), ...signalLines(keys)];
}

function confusionLines(keys: readonly Judged[]): readonly string[] {
  const heads = ['keys', ...ADVERSARIES, 'nobody'];
  const cells = (among: readonly Judged[], label: (typeof LABELS)[number]): readonly string[] => {
    const { keys: all, bot, farm, replayer, nobody } = confusion(among, label);
    return [all, bot, farm, replayer, nobody].map(String);
  };
  return [
    '  who is suspected of whom; a key may be suspected twice\n',
    row('in truth', heads),
    ...LABELS.map((label) => row(label, cells(keys, label))),
    '  the same by kind; * is meant to be hard to tell\n',
    row('kind', heads),
    ...KINDS.map(({ name, label, isHard }) =>
      row(
        `${label}: ${name}${isHard ? ' *' : ''}`,
        cells(
          keys.filter(({ kind }) => kind === name),
          label,
        ),
      ),
    ),
  ];
}

function signalLines(keys: readonly Judged[]): readonly string[] {
  const ids = Object.keys(THRESHOLDS) as readonly SignalId[];
  return [
    '  keys on which each signal is raised\n',
    row('signal', ['points at', ...LABELS]),
    ...ids.map((id) =>
      row(id, [
        SUSPICIONS[id] ?? '-',
        ...LABELS.map((label) =>
          String(
            keys.filter(
              (one) =>
                one.label === label &&
                one.risk.signals.some((signal) => signal.id === id && signal.raised),
            ).length,
          ),
        ),
      ]),
    ),
  ];
}

function row(name: string, cells: readonly string[]): string {
  return `    ${name.padEnd(38)}${cells.map((cell) => cell.padStart(10)).join('')}\n`;
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
