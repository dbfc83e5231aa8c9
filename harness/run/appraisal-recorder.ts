import { existsSync } from 'node:fs';
import { utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { AppraisalEvent } from '../relying-party/index.js';
import type { TrustSet } from '../trust/index.js';
import { canonicalJson, encodeAppraisal, type AttestationResult } from '../verifier/index.js';
import type { Conductor } from './conductor.js';
import { sha256Of } from './file-digest.js';
import type { Journal } from './journal.js';
import type { RunFolder } from './run-folder.js';
import { encodeTrust } from './trust-record.js';

/** Keeps every appraisal of a run so that it can be replayed, and knows whose it was. */
export interface AppraisalRecorder {
  /** Says which phone enrols as `subject`. */
  assign(subject: string, phone: string): void;
  /**
   * `trust` is what the appraisal went by, where that is not the run's own trust. What cannot be
   * written spoils the phone's scenario and nothing else: the relying party has its verdict.
   */
  record(event: AppraisalEvent, trust: TrustSet | null): void;
  /** What was said of the phone's evidence in a scenario, newest last. */
  resultsOf(phone: string, scenario: string): readonly AttestationResult[];
}

/** A line of the file of a phone's appraisals: the input, byte for byte, and what the verifier made of it. */
export interface RecordedLine {
  readonly input: ReturnType<typeof encodeAppraisal>;
  readonly result: AttestationResult;
}

/** Records into a run's folder and journal. */
export function createAppraisalRecorder(run: {
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly conductor: Pick<Conductor, 'activeScenario' | 'unrecorded'>;
  /** Is told of what could not be written. */
  readonly onUnwritable: (error: HarnessError) => void;
}): AppraisalRecorder {
  const phoneOf = new Map<string, string>();
  const results = new Map<string, AttestationResult[]>();
  return {
    assign(subject, phone) {
      phoneOf.set(subject, phone);
    },
    record(event, trust) {
      const phone = phoneOf.get(event.subject) ?? null;
      const scenario = phone === null ? null : run.conductor.activeScenario(phone);
      try {
        store(run, { event, trust, phone, scenario });
      } catch (error) {
        if (!(error instanceof HarnessError)) throw error;
        run.onUnwritable(error);
        if (phone !== null) run.conductor.unrecorded(phone, error);
      }
      const key = JSON.stringify([phone, scenario]);
      results.set(key, [...(results.get(key) ?? []), event.result]);
    },
    resultsOf: (phone, scenario) => results.get(JSON.stringify([phone, scenario])) ?? [],
  };
}

function store(
  run: { readonly folder: RunFolder; readonly journal: Pick<Journal, 'append'> },
  occasion: {
    readonly event: AppraisalEvent;
    readonly trust: TrustSet | null;
    readonly phone: string | null;
    readonly scenario: string | null;
  },
): void {
  const { event, trust, phone, scenario } = occasion;
  const { subject, purpose, input, result } = event;
  const content: RecordedLine = { input: encodeAppraisal(input), result };
  const line = utf8(`${JSON.stringify(content)}\n`);
  const stored = run.folder.appendEvidence(phone ?? 'unassigned', 'appraisals.jsonl', line);
  run.journal.append({
    type: 'appraisal',
    ...{ phone, scenario, subject, purpose, verdict: result.verdict },
    format: input.evidence.format,
    file: stored.file,
    part: { offset: stored.offset, bytes: line.length },
    ...(trust === null ? {} : { trustFile: storeTrust(run.folder, trust) }),
    fileSha256: stored.sha256,
    resultSha256: sha256Of(canonicalJson(result)),
  });
}

// Named by what it holds: many appraisals go by one trust set, and it is stored once for all of them.
function storeTrust(folder: RunFolder, trust: TrustSet): string {
  const text = encodeTrust(trust);
  const name = `trust/${sha256Of(text).slice(0, TRUST_NAME_CHARACTERS)}.json`;
  if (!existsSync(folder.file(name))) folder.storeText(name, text);
  return name;
}

const TRUST_NAME_CHARACTERS = 16;
