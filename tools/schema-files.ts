import { adapterSchemaFiles } from '../harness/corpus/differential/protocol.js';
import { corpusSchemaFiles } from '../harness/corpus/vectors/schema-files.js';
import { expectationSchemaFiles } from '../harness/expectation/load-expectations.js';
import { farmSchemaFiles } from '../harness/farm/schemas.js';
import { recordSchemaFiles } from '../harness/report/record-schemas.js';
import { policySchemaFiles } from '../harness/run/load-policy.js';

/** Every JSON Schema under `fixtures/schemas/`, by its path there. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...adapterSchemaFiles(),
    ...corpusSchemaFiles(),
    ...expectationSchemaFiles(),
    ...farmSchemaFiles(),
    ...policySchemaFiles(),
    ...recordSchemaFiles(),
  ]);
}
