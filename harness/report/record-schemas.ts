import { jsonSchemaText } from '../configuration.js';
import { journalLineSchema, runRecordSchema } from './record.js';

/** JSON Schemas of what a run leaves behind, by their places under `fixtures/schemas/`. */
export function recordSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['run.schema.json', jsonSchemaText(runRecordSchema, 'Record of a run')],
    ['journal-line.schema.json', jsonSchemaText(journalLineSchema, 'Line of a journal')],
  ]);
}
