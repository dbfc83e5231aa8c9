import {
  riskOf,
  type Adversary,
  type Risk,
} from '../../../harness/relying-party/monitoring/index.js';
import type { KeyTraffic, Label } from './key-traffic.js';
import { DAY_MS, DAY_START_MS } from './phone.js';
import { logOf } from './population.js';

export const ADVERSARIES = ['bot', 'farm', 'replayer'] as const satisfies readonly Adversary[];
export const LABELS = ['human', ...ADVERSARIES] as const satisfies readonly Label[];

/** A key, who made its traffic in truth, and what its signals say. */
export interface Judged extends Pick<KeyTraffic, 'label' | 'kind'> {
  readonly risk: Risk;
}

/** How well signals that point at an adversary find him. */
export interface Score {
  readonly adversary: Adversary;
  readonly truePositives: number;
  readonly falsePositives: number;
  /** Those of them that are people; the others are adversaries of another kind. */
  readonly falselyAccused: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  /** Of the keys that are suspected, how many are his; null where none is. */
  readonly precision: number | null;
  /** Of his keys, how many are suspected. */
  readonly recall: number | null;
}

/** The risk of each key at the end of its day. */
export function judged(population: readonly KeyTraffic[]): readonly Judged[] {
  const log = logOf(population);
  const now = new Date(DAY_START_MS + DAY_MS);
  return population.map(({ keyId, label, kind }) => ({
    ...{ label, kind, risk: riskOf(log, keyId, now) },
  }));
}

/** Precision and recall of one adversary: a key is suspected where one signal that points at him is raised. */
export function scoreOf(keys: readonly Judged[], adversary: Adversary): Score {
  const count = (isHis: boolean, isFound: boolean): number =>
    keys.filter(
      ({ label, risk }) =>
        (label === adversary) === isHis && isSuspected(risk, adversary) === isFound,
    ).length;
  const truePositives = count(true, true);
  const falsePositives = count(false, true);
  const falselyAccused = keys.filter(
    ({ label, risk }) => label === 'human' && isSuspected(risk, adversary),
  ).length;
  const falseNegatives = count(true, false);
  return {
    ...{ adversary, truePositives, falsePositives, falselyAccused, falseNegatives },
    trueNegatives: count(false, false),
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
  };
}

/** How many keys of a label are suspected to be each adversary's; a key may be more than one's. */
export function confusion(keys: readonly Judged[], label: Label) {
  const own = keys.filter((one) => one.label === label);
  const of = (adversary: Adversary): number =>
    own.filter(({ risk }) => isSuspected(risk, adversary)).length;
  return {
    ...{ label, keys: own.length, bot: of('bot'), farm: of('farm'), replayer: of('replayer') },
    nobody: own.filter(({ risk }) => !isSuspectedAtAll(risk)).length,
  };
}

/** Whether any signal that points at an adversary is raised. */
export function isSuspectedAtAll(risk: Risk): boolean {
  return ADVERSARIES.some((adversary) => isSuspected(risk, adversary));
}

function isSuspected({ suspected }: Risk, adversary: Adversary): boolean {
  return suspected[adversary] !== undefined;
}

function share(part: number, of: number): number | null {
  return of === 0 ? null : part / of;
}
