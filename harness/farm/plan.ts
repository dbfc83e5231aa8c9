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
 * What a lab can do to a phone, or about it: `play-console` is opening the integrity tokens of the
 * probe, for which Google gives its owner keys. Labs of real phones have none of it yet.
 */
export type LeverKind = 'fault' | 'hook' | 'clock' | 'proxy' | 'play-console';

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
}): Plan {
  const jobs: Job[] = [];
  const unmatched: Unmatched[] = [];
  const selected = input.scenarios.filter(({ id }) => isSelected(id, input.select));
  for (const phone of input.phones) {
    for (const scenario of selected) {
      const why = reasonAgainst(scenario, phone, input.classes);
      const pair = { scenarioId: scenario.id, phoneAlias: phone.alias };
      if (why !== null) unmatched.push({ ...pair, why });
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
  classes: ReadonlyMap<string, DeviceClass>,
): string | null {
  const facts = classes.get(phone.class)?.facts;
  if (facts === undefined) return `class "${phone.class}" is not known`;
  return unmetRequirement(scenario.requires, facts) ?? missingLever(scenario, phone);
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

function missingLever(
  { levers = [] }: PlannableScenario,
  { virtual }: InventoryPhone,
): string | null {
  const [first] = levers;
  if (first === undefined || virtual !== undefined) return null;
  return first === 'play-console'
    ? 'needs the Play Console of its probe, which labs of virtual phones alone have'
    : `needs a ${first} put on the phone, which is done to virtual phones alone`;
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
