import type { FactConditions } from '../farm/facts.js';
import type { PlannableScenario } from '../farm/plan.js';
import type { SabotageId } from './sabotages/sabotage.js';
import type { Story } from './story/story.js';

/** A defect that must turn a scenario: on each phone that it reaches, or on some of them alone. */
export type ScenarioSabotage =
  SabotageId | { readonly sabotage: SabotageId; readonly on: FactConditions };

/** What a scenario is, before any phone has run it. */
export interface ScenarioDeclaration extends PlannableScenario {
  /** The build of the probe that it needs. */
  readonly probeFlavour: 'standard';
  /** Attestations that one run of it draws from the vendor's ration. */
  readonly quota: { readonly attestations: number };
  /** Defects of which each must turn this scenario's outcome: a test that nothing can fail is none. */
  readonly sabotages: readonly [ScenarioSabotage, ...ScenarioSabotage[]];
  /** What it rests on: specifications, vendors' pages, weaknesses by their names. */
  readonly refs: readonly string[];
}

/** A declaration and where it was made. */
export interface CollectedScenario extends ScenarioDeclaration {
  readonly file: string;
}

interface MochaContext {
  skip(): void;
}

type MochaIt = (title: string, body: (this: MochaContext) => Promise<void>) => void;

type Tale = (told: Story) => Promise<void>;

const declared: ScenarioDeclaration[] = [];
const tales = new Map<string, Tale>();
const byFile = new Map<string, readonly ScenarioDeclaration[]>();

/**
 * Declares a scenario. Where the test runner has loaded the file, the story becomes a test of the
 * worker's phone; elsewhere it is only put on record, so that a plan exists before anything runs.
 */
export function scenario(declaration: ScenarioDeclaration, story: Tale): void {
  declared.push(declaration);
  tales.set(declaration.id, story);
  const it: unknown = Reflect.get(globalThis, 'it');
  if (typeof it !== 'function') return;
  (it as MochaIt)(`${declaration.id}: ${declaration.title}`, async function () {
    const { tell } = await import('./worker.js');
    if ((await tell(declaration.id, story)) === 'not-planned') this.skip();
  });
}

/** The story of a scenario whose file has been loaded; throws RangeError where none has it. */
export function taleOf(id: string): Tale {
  const tale = tales.get(id);
  if (tale === undefined) throw new RangeError(`no loaded file declares ${id}`);
  return tale;
}

/** Loads scenario files and returns what each declares, in order. */
export async function collectScenarios(
  files: readonly string[],
): Promise<readonly CollectedScenario[]> {
  const collected: CollectedScenario[] = [];
  for (const file of files) {
    const before = declared.length;
    await import(file);
    // A module runs once; asked again, it is known what it declared then.
    const found = byFile.get(file) ?? declared.slice(before);
    byFile.set(file, found);
    collected.push(...found.map((one) => ({ ...one, file })));
  }
  return collected;
}
