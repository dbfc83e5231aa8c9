import type { DeviceClass } from './classes.js';
import { unmetCondition, type FactConditions, type Facts } from './facts.js';
import type { InventoryPhone } from './inventory.js';

/** What planning needs to know of a scenario. */
export interface PlannableScenario {
  readonly id: string;
  readonly floor: string;
  readonly title: string;
  /** What it needs of a phone, or several such needs of which one is enough. */
  readonly requires: FactConditions | readonly FactConditions[];
  /** What the lab must be able to do to the phone while it is told. */
  readonly levers?: readonly LeverKind[];
}

/**
 * What a lab can do to a phone, or about it. `play-console` is opening the classic integrity tokens of
 * the probe, for which Google gives its owner keys, and `play-decode` asking Google about standard
 * ones: labs of real phones have these where they name the files for it, and none of the others yet.
 * `late-pins` is having an app on it that compares pins when the handshake is over, as the model of the
 * probe does; the probe itself compares them within.
 */
export type LeverKind =
  'fault' | 'hook' | 'clock' | 'proxy' | 'late-pins' | 'play-console' | 'play-decode';

/** One scenario on one phone. */
export interface Job {
  readonly scenarioId: string;
  readonly floor: string;
  readonly title: string;
  readonly phoneAlias: string;
  readonly class: string;
}

/** A pair that cannot run, with the fact that says why. */
export interface Unmatched {
  readonly scenarioId: string;
  readonly phoneAlias: string;
  readonly why: string;
  /** Whether the phone's model could have run it, and the probe that runs instead cannot. */
  readonly unsupported?: true;
}

/** What a run will do, written down before it does any of it. */
export interface Plan {
  readonly jobs: readonly Job[];
  readonly unmatched: readonly Unmatched[];
  /** Scenarios that no phone can run. */
  readonly uncovered: readonly string[];
}

/** Pairs every selected scenario with every phone whose class meets what it requires. */
export function planRun(input: {
  readonly scenarios: readonly PlannableScenario[];
  readonly phones: readonly InventoryPhone[];
  readonly classes: ReadonlyMap<string, DeviceClass>;
  /** Patterns of scenario ids; null takes all. */
  readonly select: readonly string[] | null;
  /** What the lab can do to real phones; nothing where it is left out. */
  readonly levers?: readonly LeverKind[];
  /** Whether virtual Android phones run the Kotlin probe, and not its model. */
  readonly kotlin?: boolean;
}): Plan {
  const jobs: Job[] = [];
  const unmatched: Unmatched[] = [];
  const selected = input.scenarios.filter(({ id }) => isSelected(id, input.select));
  for (const phone of input.phones) {
    for (const scenario of selected) {
      const why = reasonAgainst(scenario, phone, input);
      const pair = { scenarioId: scenario.id, phoneAlias: phone.alias };
      if (why !== null) unmatched.push({ ...pair, why, ...unsupported(scenario, phone, input) });
      else {
        const { floor, title } = scenario;
        jobs.push({ ...pair, floor, title, class: phone.class });
      }
    }
  }
  const covered = new Set(jobs.map(({ scenarioId }) => scenarioId));
  const uncovered = selected.map(({ id }) => id).filter((id) => !covered.has(id));
  return { jobs, unmatched, uncovered: [...uncovered, ...missing(input)] };
}

function reasonAgainst(
  scenario: PlannableScenario,
  phone: InventoryPhone,
  lab: {
    readonly classes: ReadonlyMap<string, DeviceClass>;
    readonly levers?: readonly LeverKind[];
    readonly kotlin?: boolean;
  },
): string | null {
  const facts = lab.classes.get(phone.class)?.facts;
  if (facts === undefined) return `class "${phone.class}" is not known`;
  return (
    unmetRequirement(scenario.requires, facts) ??
    missingLever(scenario, (lever) => hasLever(phone, lever, lab))
  );
}

function unsupported(
  scenario: PlannableScenario,
  phone: InventoryPhone,
  lab: Parameters<typeof reasonAgainst>[2],
): Pick<Unmatched, 'unsupported'> {
  const byModel = reasonAgainst(scenario, phone, { ...lab, kotlin: false });
  return byModel === null ? { unsupported: true } : {};
}

/** Why facts meet none of the needs; null where they meet one of them. */
export function unmetRequirement(
  requires: PlannableScenario['requires'],
  facts: Facts,
): string | null {
  const needs: readonly FactConditions[] = isAlternatives(requires) ? requires : [requires];
  const unmet = needs.map((conditions) => unmetCondition(conditions, facts));
  return unmet.includes(null) ? null : unmet.join('; ');
}

function isAlternatives(
  requires: PlannableScenario['requires'],
): requires is readonly FactConditions[] {
  return Array.isArray(requires);
}

function hasLever(
  { virtual, platform }: InventoryPhone,
  lever: LeverKind,
  { levers = [], kotlin = false }: Pick<Parameters<typeof reasonAgainst>[2], 'levers' | 'kotlin'>,
): boolean {
  if (virtual === undefined) return levers.includes(lever);
  return lever !== 'late-pins' || !kotlin || platform !== 'android';
}

function missingLever(
  { levers = [] }: PlannableScenario,
  has: (lever: LeverKind) => boolean,
): string | null {
  const lacking = levers.find((lever) => !has(lever));
  if (lacking === undefined) return null;
  switch (lacking) {
    case 'late-pins':
      return 'needs an app that compares pins after the handshake; the probe does so within, and shows nobody its certificate before';
    case 'play-console':
      return 'needs the keys of its probe’s classic integrity tokens: playIntegrity.classic in lab.yaml';
    case 'play-decode':
      return 'needs a decoder of standard integrity tokens: playIntegrity.standard in lab.yaml';
    case 'fault':
    case 'hook':
    case 'clock':
    case 'proxy':
      return `needs a ${lacking} put on the phone, which is done to virtual phones alone`;
  }
}

function isSelected(id: string, select: readonly string[] | null): boolean {
  return select === null || select.some((pattern) => matches(id, pattern));
}

function matches(id: string, pattern: string): boolean {
  return pattern.endsWith('/*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

// A pattern that selects nothing is a misspelling, or a scenario that went away unnoticed.
function missing(input: {
  readonly scenarios: readonly PlannableScenario[];
  readonly select: readonly string[] | null;
}): readonly string[] {
  return (input.select ?? []).filter(
    (pattern) => !input.scenarios.some(({ id }) => matches(id, pattern)),
  );
}
