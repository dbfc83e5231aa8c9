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
  type AttestationResult,
} from '../verifier/index.js';
import { sha256Text } from './file-digest.js';
import { decodeTrust } from './trust-record.js';

/** What came of appraising a recorded line again. */
export interface Replay {
  readonly line: Extract<JournalLine, { type: 'appraisal' }>;
  readonly result: AttestationResult;
  /** SHA-256 of the result's canonical bytes, lower-case hex. */
  readonly resultSha256: string;
  readonly same: boolean;
}

const appraisalFile = z.object({ input: z.unknown() });

/** The folder of a run that is named by its folder, or by its id under `reports/runs`. */
function runFolderOf(run: string): string {
  const folders = [run, join('reports', 'runs', run)];
  const found = folders.find((folder) => existsSync(join(folder, RUN_FILES.journal)));
  if (found !== undefined) return found;
  throw new HarnessError('ERR_FILE_UNREADABLE', `${folders.join(' or ')}: holds no run`);
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
  const file = join(runFolder, line.file);
  const text = readText(file);
  if (sha256Text(text) !== line.fileSha256) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is not what the run recorded`);
  }
  const trustFile = join(runFolder, line.trustFile ?? 'trust.json');
  const verifier = createVerifier({ trust: decodeTrust(readText(trustFile), trustFile) });
  const { input } = appraisalFile.parse(JSON.parse(text));
  const result = verifier.appraise(decodeAppraisal(input, file));
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
