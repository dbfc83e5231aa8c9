import { classSchemaFiles } from './classes.js';
import { inventorySchemaFiles } from './inventory.js';
import { labSchemaFiles } from './lab.js';
import { playPayloadsSchemaFiles } from './play-integrity.js';
import { receiptAnswerSchemaFiles } from './receipts.js';
import { referenceValuesSchemaFiles } from './reference-values.js';

/** JSON Schemas of a lab's files, by their places under `fixtures/schemas/`. */
export function farmSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...classSchemaFiles(),
    ...inventorySchemaFiles(),
    ...labSchemaFiles(),
    ...playPayloadsSchemaFiles(),
    ...receiptAnswerSchemaFiles(),
    ...referenceValuesSchemaFiles(),
  ]);
}
