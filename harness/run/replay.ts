import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import { readJournal } from '../report/read-run.js';
import { RUN_FILES, type JournalLine } from '../report/record.js';
import {
  canonicalJson,
  createVerifier,
  decodeAppraisal,
  type AppraisalInput,
  type AttestationResult,
  type SignatureMemo,
  type Verifier,
} from '../verifier/index.js';
import { sha256Text } from './file-digest.js';
import { decodeTrust } from './trust-record.js';

/** A journal's line about one appraisal. */
export type AppraisalLine = Extract<JournalLine, { type: 'appraisal' }>;

/** What came of appraising a recorded line again. */
export interface Replay {
  readonly line: AppraisalLine;
  readonly result: AttestationResult;
  /** SHA-256 of the result's canonical bytes, lower-case hex. */
  readonly resultSha256: string;
  readonly same: boolean;
}

const appraisalFile = z.object({ input: z.unknown() });

/** The folder of a run that is named by its folder, or by its id under `reports/runs`. */
export function runFolderOf(run: string): string {
  const folders = [run, join('reports', 'runs', run)];
  const found = folders.find((folder) => existsSync(join(folder, RUN_FILES.journal)));
  if (found !== undefined) return found;
  throw new HarnessError('ERR_FILE_UNREADABLE', `${folders.join(' or ')}: holds no run`);
}

/** The verifiers of a run: each line names the trust set that it was judged by. */
export function recordedVerifiers(
  runFolder: string,
  memo?: SignatureMemo,
): (line: AppraisalLine) => Verifier {
  const remembering = memo === undefined ? {} : { memo };
  const verifiers = new Map<string, Verifier>();
  return ({ trustFile = 'trust.json' }) => {
    const file = join(runFolder, trustFile);
    const verifier =
      verifiers.get(file) ??
      createVerifier({ trust: decodeTrust(readText(file), file), ...remembering });
    verifiers.set(file, verifier);
    return verifier;
  };
}

/** What a line's appraisal was given; refused where the file is not what the run recorded. */
export function recordedInput(runFolder: string, line: AppraisalLine): AppraisalInput {
  const file = join(runFolder, line.file);
  const text = readText(file);
  if (sha256Text(text) !== line.fileSha256) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is not what the run recorded`);
  }
  return decodeAppraisal(appraisalFile.parse(JSON.parse(text)).input, file);
}

/** Appraises a line of a run's journal again, from its recorded bytes alone. */
export function replayAppraisal(run: string, lineNumber: number): Replay {
  const runFolder = runFolderOf(run);
  const journal = join(runFolder, RUN_FILES.journal);
  const line = readJournal(journal).find(({ seq }) => seq === lineNumber);
  const place = `${journal}:${lineNumber}`;
  if (line === undefined) throw new HarnessError('ERR_USAGE', `${place}: there is no such line`);
  if (line.type !== 'appraisal') {
    throw new HarnessError('ERR_USAGE', `${place}: is of type ${line.type}, not appraisal`);
  }
  const result = recordedVerifiers(runFolder)(line).appraise(recordedInput(runFolder, line));
  const resultSha256 = sha256Text(canonicalJson(result));
  return { line, result, resultSha256, same: resultSha256 === line.resultSha256 };
}

/** Replays a line for people: the verdict, and whether it is the same to the byte. */
export function replayLine(
  run: string,
  lineNumber: number,
  terminal: { readonly out: (text: string) => void },
): ExitCode {
  const { line, result, resultSha256, same } = replayAppraisal(run, lineNumber);
  const failing = result.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
  const verdict = [result.verdict, ...failing].join(' ');
  const comparison = same
    ? `the same to the byte (sha256 ${resultSha256})`
    : `differs: recorded ${line.resultSha256}, now ${resultSha256}`;
  terminal.out(
    [
      `${line.phone ?? 'no phone'}  ${line.scenario ?? 'no scenario'}  ${line.format}`,
      `verdict  ${verdict}`,
      `result   ${comparison}`,
      '',
    ].join('\n'),
  );
  return same ? EXIT.passed : EXIT.unexpectedVerdict;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}
