import { z } from 'zod';
import { HarnessError } from '../errors.js';
import { journalLineSchema } from '../report/record.js';
import {
  canonicalJson,
  createSignatureMemo,
  createVerifier,
  decodeAppraisal,
  type Verdict,
} from '../verifier/index.js';
import { sha256Of } from './file-digest.js';
import { recordedInput } from './recorded-input.js';
import { recordedVerifiers } from './replay.js';
import { decodeTrust } from './trust-record.js';

/** Where recorded appraisals are read from, one a line. */
export type ReplaySource =
  | { readonly kind: 'run'; readonly folder: string }
  /** Lines of `{"input": …, "result": …}`, or of inputs alone, all judged by one trust set. */
  | { readonly kind: 'records'; readonly file: string; readonly trust: string };

/** What became of a recorded appraisal. */
export interface ReplayedLine {
  readonly verdict: Verdict;
  /** Null where the line records none. */
  readonly recorded: Verdict | null;
  /** Whether the whole result is the same; null where the line does not say. */
  readonly sameBytes: boolean | null;
}

/** Appraises one line again; null for a line about something else. `place` names it for errors. */
export type LineReplayer = (line: string, place: string) => ReplayedLine | null;

/** How the lines of a source are appraised again; `memo`: with authorities remembered. */
export function createLineReplayer(
  source: ReplaySource,
  options: { readonly memo: boolean },
): LineReplayer {
  const remembering = options.memo ? { memo: createSignatureMemo() } : {};
  if (source.kind === 'run') {
    const { folder } = source;
    const verifierOf = recordedVerifiers(folder, remembering.memo);
    return (text, place) => {
      const line = parsedAs(journalLineSchema, text, place);
      if (line.type !== 'appraisal') return null;
      const result = verifierOf(line).appraise(recordedInput(folder, line));
      const sameBytes = sha256Of(canonicalJson(result)) === line.resultSha256;
      return { verdict: result.verdict, recorded: line.verdict, sameBytes };
    };
  }
  const trust = decodeTrust(source.trust, 'the trust set');
  const verifier = createVerifier({ trust, ...remembering });
  return (text, place) => {
    const { input, result } = parsedAs(recordSchema, text, place);
    const { verdict } = verifier.appraise(decodeAppraisal(input, place));
    return { verdict, recorded: result?.verdict ?? null, sameBytes: null };
  };
}

// What the recorder writes about an appraisal, or its input alone; of a result the verdict counts.
const recordSchema = z.union([
  z.object({
    input: z.unknown().refine((input) => input !== undefined, 'no input'),
    result: z.object({ verdict: z.enum(['accepted', 'rejected', 'indeterminate']) }).optional(),
  }),
  z
    .object({ version: z.literal(1) })
    .loose()
    .transform((input) => ({ input: input, result: undefined })),
]);

function parsedAs<Value>(schema: z.ZodType<Value>, text: string, place: string): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${place}: is no JSON`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new HarnessError('ERR_FILE_INVALID', `${place}: ${path}: ${issue?.message ?? ''}`);
}
