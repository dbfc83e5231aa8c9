import { z } from 'zod';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { readJson, type JsonValue } from '../../encoding/strict-json.js';
import { parseU64 } from '../formats/index.js';

/** The bits that an app's backend may set for a phone, and which outlive its reset. */
export const RECALL_BITS = ['bitFirst', 'bitSecond', 'bitThird'] as const;

/** The name of such a bit. */
export type RecallBit = (typeof RECALL_BITS)[number];

type Bits<Value> = Readonly<Record<RecallBit, Value>>;

// Protobuf's JSON writes 64-bit numbers as text; older pages of Google's show a number.
const u64 = z
  .union([z.string(), z.number().int().nonnegative().transform(String)])
  .transform((text, context) => {
    const value = parseU64(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: 'no unsigned number of 64 bits' });
    return z.NEVER;
  });

const bit = z.boolean().optional();

/** `YYYYMM` as a number; absent where the bit is not set. */
const month = z.int().nonnegative().optional();

// Google adds members, labels and levels: unknown ones are kept, and judged by what they are not.
const schema = z.looseObject({
  requestDetails: z.looseObject({
    requestPackageName: z.string(),
    timestampMillis: u64,
    nonce: z.string().optional(),
    requestHash: z.string().optional(),
  }),
  appIntegrity: z.looseObject({
    appRecognitionVerdict: z.string(),
    packageName: z.string().optional(),
    certificateSha256Digest: z.array(z.string()).optional(),
    versionCode: u64.optional(),
  }),
  deviceIntegrity: z
    .looseObject({
      deviceRecognitionVerdict: z.array(z.string()).optional(),
      legacyDeviceRecognitionVerdict: z.array(z.string()).optional(),
      recentDeviceActivity: z
        .looseObject({ deviceActivityLevel: z.string().optional() })
        .optional(),
      deviceAttributes: z.looseObject({ sdkVersion: z.int().nonnegative().optional() }).optional(),
      deviceRecall: z
        .looseObject({
          values: z
            .looseObject({ bitFirst: bit, bitSecond: bit, bitThird: bit } satisfies Bits<
              typeof bit
            >)
            .optional(),
          writeDates: z
            .looseObject({ yyyymmFirst: month, yyyymmSecond: month, yyyymmThird: month })
            .optional(),
        })
        .optional(),
    })
    .default({}),
  accountDetails: z.looseObject({ appLicensingVerdict: z.string().optional() }).default({}),
  environmentDetails: z
    .looseObject({
      playProtectVerdict: z.string().optional(),
      appAccessRiskVerdict: z
        .looseObject({ appsDetected: z.array(z.string()).optional() })
        .optional(),
    })
    .default({}),
  testingDetails: z.looseObject({ isTestingResponse: z.boolean().optional() }).optional(),
});

/** A verdict of Play Integrity, as far as it is read. */
export type IntegrityFields = z.output<typeof schema>;

/** A verdict's fields and the JSON that they are from. */
export interface IntegrityPayload {
  readonly fields: IntegrityFields;
  readonly json: JsonValue;
}

/** Bounds the work that one hostile payload can cause; those seen have 1 kB. */
const MAX_CHARACTERS = 65_536;

/** Parses the JSON of a verdict, in which no name may be there twice. */
export function parseIntegrityPayload(text: string): Parsed<IntegrityPayload> {
  return parsing(() => {
    if (text.length > MAX_CHARACTERS) {
      throw new MalformedInput(`a payload of ${text.length} characters`, 0);
    }
    const json = readJson(text);
    const read = schema.safeParse(json);
    if (read.success) return { fields: read.data, json };
    const [issue] = read.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    throw new MalformedInput(`${place}: ${issue?.message ?? 'not a verdict'}`, 0);
  });
}
