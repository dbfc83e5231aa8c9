import { jsonSchemaText } from '../../configuration.js';
import { vectorFileSchema } from './schema.js';

/** JSON Schema of the corpus' files, by its place under `fixtures/schemas/`. */
export function corpusSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([['corpus.schema.json', jsonSchemaText(vectorFileSchema, 'File of vectors')]]);
}
