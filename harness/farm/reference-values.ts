import { z } from 'zod';
import { jsonSchemaText, loadYaml, type Configured } from '../configuration.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in lower-case hex');

/** A file `reference-values.yaml`: what genuine evidence of this lab's probes states. */
export const referenceValuesSchema = z
  .strictObject({
    relyingParty: z
      .strictObject({
        /** The DNS name that evidence is bound to and that its certificate carries. */
        rpId: z.string().regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/),
      })
      .readonly(),
    android: z
      .strictObject({
        packages: z
          .array(z.string().regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/))
          .min(1)
          .readonly(),
        /** SHA-256 of the certificates that sign the probe. */
        signerDigests: z.array(sha256).min(1).readonly(),
        /** Keys of verified boot, in hex, whose self-signed systems count as the vendor's. */
        bootKeys: z.array(sha256).default([]).readonly(),
      })
      .readonly(),
    apple: z
      .strictObject({
        teamId: z.string().regex(/^[A-Z0-9]{10}$/, 'must be ten capital letters and digits'),
        bundleIds: z
          .array(z.string().regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/))
          .min(1)
          .readonly(),
        /** The one App Attest environment that the probe's entitlement names. */
        environment: z.enum(['development', 'production']),
      })
      .readonly(),
  })
  .readonly();

/** The reference values of a lab (RFC 9334). */
export type ReferenceValues = z.infer<typeof referenceValuesSchema>;

/** Reads the reference values of a lab. */
export function loadReferenceValues(file: string): Configured<ReferenceValues> {
  return loadYaml(file, referenceValuesSchema);
}

/** App ids as App Attest binds them: team and bundle. */
export function appIds({ apple }: ReferenceValues): readonly string[] {
  return apple.bundleIds.map((bundleId) => `${apple.teamId}.${bundleId}`);
}

/** The JSON Schema of reference values, by its place under `fixtures/schemas/`. */
export function referenceValuesSchemaFiles(): ReadonlyMap<string, string> {
  const text = jsonSchemaText(referenceValuesSchema, 'Reference values of a lab');
  return new Map([['reference-values.schema.json', text]]);
}
