import { z } from 'zod';
import { jsonSchemaText, loadYamlFolder } from '../configuration.js';
import { factDifferences, factsSchema, type FactDifference, type Facts } from './facts.js';

/** A file `fixtures/classes/<class>.yaml`. */
export const classFileSchema = z
  .strictObject({ description: z.string().min(1), facts: factsSchema })
  .readonly();

/** A named set of facts; phones of one class are expected to do the same. */
export interface DeviceClass {
  readonly name: string;
  readonly description: string;
  readonly facts: Facts;
}

/** What the measured facts say of a phone that the inventory assigns to a class. */
export interface Classification {
  /** The class that the phone is treated as: the declared one, or the one that it drifted to. */
  readonly class: string | null;
  /** Facts that differ from those of the declared class. */
  readonly drift: readonly FactDifference[];
}

/** Reads the classes of a folder; the name of a class is that of its file. */
export function loadClasses(folder: string): ReadonlyMap<string, DeviceClass> {
  const files = loadYamlFolder(folder, classFileSchema);
  const classes = new Map<string, DeviceClass>();
  for (const [name, file] of files) {
    const twin = [...classes.values()].find(({ facts }) => sameFacts(facts, file.value.facts));
    if (twin !== undefined) {
      throw file.invalid(['facts'], `states the same facts as class "${twin.name}"`);
    }
    classes.set(name, { name, ...file.value });
  }
  return classes;
}

/** Facts beat the declaration: a phone that drifted is of the class that it now fits, or of none. */
export function classify(
  measured: Facts,
  declared: DeviceClass,
  classes: ReadonlyMap<string, DeviceClass>,
): Classification {
  const drift = factDifferences(declared.facts, measured);
  if (drift.length === 0) return { class: declared.name, drift };
  const [closest] = [...classes.values()]
    .filter(({ facts }) => factDifferences(facts, measured).length === 0)
    .sort((left, right) => factCount(right) - factCount(left));
  return { class: closest?.name ?? null, drift };
}

/** The JSON Schema of class files, by its place under `fixtures/schemas/`. */
export function classSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([['class.schema.json', jsonSchemaText(classFileSchema, 'Device class')]]);
}

// Of several that fit, the one that says most.
function factCount({ facts }: DeviceClass): number {
  return Object.keys(facts).length;
}

function sameFacts(left: Facts, right: Facts): boolean {
  return factDifferences(left, right).length === 0 && factDifferences(right, left).length === 0;
}
