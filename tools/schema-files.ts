import { jsonSchemaText } from '../harness/configuration.js';
import { adapterSchemaFiles } from '../harness/corpus/differential/protocol.js';
import { corpusSchemaFiles } from '../harness/corpus/vectors/schema-files.js';
import { attestationResultSchema } from '../harness/expectation/observation.js';
import { expectationSchemaFiles } from '../harness/expectation/load-expectations.js';
import { farmSchemaFiles } from '../harness/farm/schemas.js';
import { recordSchemaFiles } from '../harness/report/record-schemas.js';
import { mappingSchemaFiles } from '../harness/run/attack/mapping/schema.js';
import { policySchemaFiles } from '../harness/run/load-policy.js';
import { trustSchemaFiles } from '../harness/trust/index.js';
import { earSchema } from '../harness/verifier/ear.js';

/** Every JSON Schema under `fixtures/schemas/`, by its path there. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...adapterSchemaFiles(),
    ...corpusSchemaFiles(),
    ...expectationSchemaFiles(),
    ...farmSchemaFiles(),
    ...mappingSchemaFiles(),
    ...policySchemaFiles(),
    [
      'attestation-result.schema.json',
      jsonSchemaText(attestationResultSchema, 'Attestation result'),
    ],
    ['ear.schema.json', jsonSchemaText(earSchema, 'EAT attestation result')],
    ...recordSchemaFiles(),
    ...trustSchemaFiles(),
  ]);
}
