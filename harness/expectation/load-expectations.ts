import { createHash } from 'node:crypto';
import { jsonSchemaText, loadYamlFolder } from '../configuration.js';
import { HarnessError } from '../errors.js';
import { expectationFileSchema, type ScenarioExpectations } from './expectation.js';
import { inheritedExpectations, loadSharedExpectations } from './inherited-expectations.js';

/** What every class of phones is expected to do. */
export interface Expectations {
  /** The classes that have a file. */
  readonly classes: readonly string[];
  /** SHA-256 over all files, lower-case hex. */
  readonly sha256: string;
  /** What a phone of the class must do in a scenario; throws where no file says. */
  of(job: { readonly class: string; readonly scenarioId: string }): ScenarioExpectations;
  /** The same, and null where no file says: a phone may turn out to be of a class nobody planned for. */
  find(job: { readonly class: string; readonly scenarioId: string }): ScenarioExpectations | null;
}

/** Reads `<class>.yaml` files, in which every job that is planned must have its entry. */
export function loadExpectations(
  folder: string,
  planned: readonly { readonly class: string; readonly scenarioId: string }[],
): Expectations {
  const files = loadYamlFolder(folder, expectationFileSchema);
  const shared = loadSharedExpectations(folder);
  const digest = createHash('sha256');
  for (const [name, file] of files) digest.update(`${name}\0${file.sha256}\n`);
  for (const [name, file] of shared) digest.update(`shared/${name}\0${file.sha256}\n`);
  const classes = new Map(
    [...files].map(([name, file]) => [name, inheritedExpectations(file, shared)] as const),
  );

  const find: Expectations['find'] = (job) => classes.get(job.class)?.get(job.scenarioId) ?? null;

  const of: Expectations['of'] = (job) => {
    const file = files.get(job.class);
    if (file === undefined) {
      const message = `${folder}: class "${job.class}" has no expectations; add ${job.class}.yaml`;
      throw new HarnessError('ERR_FILE_INVALID', message);
    }
    const entry = find(job);
    if (entry === null) {
      throw file.invalid(
        ['scenarios'],
        `class "${job.class}" states nothing for scenario "${job.scenarioId}"`,
      );
    }
    return entry;
  };

  // Before the run, not in the middle of the night.
  for (const job of planned) of(job);
  return { classes: [...files.keys()], sha256: digest.digest('hex'), of, find };
}

/** The JSON Schema of expectation files, by its place under `fixtures/schemas/`. */
export function expectationSchemaFiles(): ReadonlyMap<string, string> {
  const text = jsonSchemaText(expectationFileSchema, 'Expectations of a device class');
  return new Map([['expectations.schema.json', text]]);
}
