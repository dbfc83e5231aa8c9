import { z } from 'zod';
import { jsonSchemaText } from '../configuration.js';

/** Name of the file that describes a trust folder. */
export const TRUST_FILE = 'trust.yaml';

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in lower-case hexadecimal');
const fileName = z.string().regex(/^[\w.-]+$/, 'a file of this folder');
const days = z.int().nonnegative();
const https = z.url({ protocol: /^https$/ });
const takenAt = z.iso.datetime({ offset: true });

const certificate = z.strictObject({
  file: fileName,
  sha256: fingerprint,
  takenAt: takenAt.optional().describe('when it was got from its vendor'),
});

const anchor = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  source: z.string().min(1),
  spkiSha256: fingerprint,
  certificates: z.array(certificate).min(1),
});

const watched = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1).optional(),
  file: fileName,
  sha256: fingerprint,
});

/** Schema of `trust.yaml`. */
export const trustSchema = z.strictObject({
  version: z.literal(1),
  android: z.array(anchor).default([]),
  software: z.array(anchor).default([]),
  appAttest: z.array(anchor).default([]),
  receipts: z.array(anchor).default([]),
  watched: z
    .array(watched)
    .default([])
    .describe(
      'authorities in use below the anchors: never trusted, `trust lint` looks when they end',
    ),
  alertDays: z
    .strictObject({ anchors: days.default(90), authorities: days.default(90) })
    .default({ anchors: 90, authorities: 90 })
    .describe('how many days before its end `trust lint` reports an anchor or an authority'),
  revocation: z
    .strictObject({
      file: fileName,
      takenAt,
      sha256: fingerprint.optional().describe('of the bytes; left out where nobody noted it'),
    })
    .optional(),
  statusUrl: https
    .optional()
    .describe('where `trust update` fetches the status list; left out: it fetches none'),
  rootUrls: z
    .array(https)
    .default([])
    .describe('where `trust update` fetches certificates of roots; left out: it fetches none'),
});

/** The content of `trust.yaml`. */
export type TrustFile = z.infer<typeof trustSchema>;

/** An anchor as `trust.yaml` states it. */
export type AnchorEntry = z.infer<typeof anchor>;

/** The JSON Schema of `trust.yaml`, by its place under `fixtures/schemas/`. */
export function trustSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([['trust.schema.json', jsonSchemaText(trustSchema, 'Trust folder')]]);
}
