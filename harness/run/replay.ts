import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../configuration.js';
import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import type { Evidence } from '../evidence/evidence.js';
import { readJournal } from '../report/read-run.js';
import { RUN_FILES, type AppraisalLine } from '../report/record.js';
import {
  canonicalJson,
  createVerifier,
  type AttestationResult,
  type SignatureMemo,
  type Verifier,
} from '../verifier/index.js';
import { sha256Of } from './file-digest.js';
import { rawEvidence } from './raw-evidence.js';
import { recordedInput } from './recorded-input.js';
import { decodeTrust } from './trust-record.js';
import { orUnwritable } from './unwritable.js';

/** What came of appraising a recorded line again. */
export interface Replay {
  readonly line: AppraisalLine;
  readonly evidence: Evidence;
  readonly result: AttestationResult;
  /** SHA-256 of the result's canonical bytes, lower-case hex. */
  readonly resultSha256: string;
  readonly same: boolean;
}

/** The folder of a run that is named by its folder, or by its id under `reports/runs`. */
export function runFolderOf(run: string): string {
  const folders = [run, join('reports', 'runs', run)];
  const found = folders.find((folder) => existsSync(join(folder, RUN_FILES.journal)));
  if (found !== undefined) return found;
  throw new HarnessError(
    'ERR_FILE_UNREADABLE',
    `no ${RUN_FILES.journal} in ${folders.join(' or ')}`,
  );
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
  const input = recordedInput(runFolder, line);
  const result = recordedVerifiers(runFolder)(line).appraise(input);
  const resultSha256 = sha256Of(canonicalJson(result));
  return {
    line,
    evidence: input.evidence,
    result,
    resultSha256,
    same: resultSha256 === line.resultSha256,
  };
}

/**
 * Replays a line for people: the verdict, and whether it is the same to the byte. Stores the evidence,
 * as tools of its format read it, in a new file where one is named.
 */
export function replayLine(
  place: { readonly run: string; readonly line: number; readonly evidenceFile: string | null },
  terminal: { readonly out: (text: string) => void },
): ExitCode {
  const { line, evidence, result, resultSha256, same } = replayAppraisal(place.run, place.line);
  const failing = result.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
  const verdict = [result.verdict, ...failing].join(' ');
  const comparison = same
    ? `the same to the byte (sha256 ${resultSha256})`
    : `differs: recorded ${line.resultSha256}, now ${resultSha256}`;
  const written = place.evidenceFile === null ? [] : [writeEvidence(place.evidenceFile, evidence)];
  terminal.out(
    [
      `${line.phone ?? 'no phone'}  ${line.scenario ?? 'no scenario'}  ${line.format}`,
      `verdict  ${verdict}`,
      `result   ${comparison}`,
      ...written,
      '',
    ].join('\n'),
  );
  return same ? EXIT.passed : EXIT.unexpectedVerdict;
}

function writeEvidence(file: string, evidence: Evidence): string {
  const { extension, bytes } = rawEvidence(evidence);
  // Its owner's alone, as the run folder is: evidence names units, and may be a token.
  orUnwritable(file, () => {
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 });
  });
  return `evidence ${file}, ${bytes.length} bytes as in a file *.${extension}`;
}
