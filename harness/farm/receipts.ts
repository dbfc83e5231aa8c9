import { z } from 'zod';
import { jsonSchemaText, loadYamlFolder } from '../configuration.js';
import { HarnessError } from '../errors.js';

const path = z.string().min(1);

/** How a served lab refreshes receipts of App Attest. Paths are relative to the lab. */
export const receiptsLabSchema = z.discriminatedUnion('refresher', [
  z.strictObject({
    refresher: z.literal('apple'),
    key: path.describe(
      'the .p8 file of a key with DeviceCheck, of the team of the app; owner-only',
    ),
    keyId: z
      .string()
      .regex(/^[A-Z0-9]{10}$/, 'must be ten capital letters and digits')
      .describe('the key’s id, as the developer account shows it'),
    origin: z
      .url({ protocol: /^https$/ })
      .exactOptional()
      .describe('a server of your own that answers Apple’s call; left out: Apple’s'),
  }),
  z.strictObject({
    refresher: z.literal('recorded'),
    answers: path.describe('a folder of what Apple’s call has answered; see receipt-answer'),
  }),
]);

/** The section `receipts` of a lab, with whole paths. */
export type ReceiptsLab = z.infer<typeof receiptsLabSchema>;

/** The section with its paths made whole by `at`. */
export function locateReceipts(
  section: ReceiptsLab,
  at: (relative: string) => string,
): ReceiptsLab {
  return section.refresher === 'apple'
    ? { ...section, key: at(section.key) }
    : { ...section, answers: at(section.answers) };
}

/** A recorded answer; its file is named by the SHA-256 of the receipt that was asked about. */
export const receiptAnswerSchema = z.strictObject({
  status: z.int().min(200).max(599),
  retryAfter: z.string().exactOptional().describe('the header Retry-After'),
  body: z.string().default('').describe('the text of the body; of 200 the newer receipt in base64'),
});

/** An answer as it was recorded. */
export type ReceiptAnswer = z.output<typeof receiptAnswerSchema>;

/** Recorded answers by the digest of the receipt. */
export function loadReceiptAnswers(folder: string): ReadonlyMap<string, ReceiptAnswer> {
  const files = loadYamlFolder(folder, receiptAnswerSchema);
  for (const [name, { file }] of files) {
    if (/^[0-9a-f]{64}$/.test(name)) continue;
    const message = `${file}: must be named by a SHA-256 digest in lower-case hex`;
    throw new HarnessError('ERR_FILE_INVALID', message);
  }
  return new Map([...files].map(([name, { value }]) => [name, value]));
}

/** The JSON Schema of a recorded answer, by its place under `fixtures/schemas/`. */
export function receiptAnswerSchemaFiles(): ReadonlyMap<string, string> {
  const text = jsonSchemaText(receiptAnswerSchema, 'An answer of Apple’s call for receipts');
  return new Map([['receipt-answer.schema.json', text]]);
}
