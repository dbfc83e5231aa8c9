import { existsSync } from 'node:fs';
import { HarnessError } from '../errors.js';
import type { AppraisalEvent } from '../relying-party/index.js';
import type { TrustSet } from '../trust/index.js';
import { canonicalJson, encodeAppraisal, type AttestationResult } from '../verifier/index.js';
import type { Conductor } from './conductor.js';
import { sha256Text } from './file-digest.js';
import type { Journal } from './journal.js';
import { rawEvidence } from './raw-evidence.js';
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

/** What an appraisal's file holds: the input, byte for byte, and what the verifier made of it. */
export interface AppraisalFile {
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
  const counts = new Map<string, number>();
  return {
    assign(subject, phone) {
      phoneOf.set(subject, phone);
    },
    record(event, trust) {
      const phone = phoneOf.get(event.subject) ?? null;
      const scenario = phone === null ? null : run.conductor.activeScenario(phone);
      const folder = phone ?? 'unassigned';
      const count = (counts.get(folder) ?? 0) + 1;
      counts.set(folder, count);
      const { format } = event.input.evidence;
      const name = `${String(count).padStart(4, '0')}-${format}`;
      try {
        store(run, { event, trust, phone, scenario, name });
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
    readonly name: string;
  },
): void {
  const { event, trust, phone, scenario, name } = occasion;
  const { subject, purpose, input, result } = event;
  const folder = phone ?? 'unassigned';
  const content: AppraisalFile = { input: encodeAppraisal(input), result };
  const raw = rawEvidence(input.evidence);
  const stored = run.folder.storeEvidence(
    folder,
    `${name}.appraisal.json`,
    `${JSON.stringify(content, null, 2)}\n`,
  );
  const rawFile = run.folder.storeEvidenceCopy(folder, `${name}.${raw.extension}`, raw.bytes);
  run.journal.append({
    type: 'appraisal',
    ...{ phone, scenario, subject, purpose, verdict: result.verdict },
    format: input.evidence.format,
    file: stored.file,
    rawFile,
    ...(trust === null ? {} : { trustFile: storeTrust(run.folder, trust) }),
    fileSha256: stored.sha256,
    resultSha256: sha256Text(canonicalJson(result)),
  });
}

// Named by what it holds: many appraisals go by one trust set, and it is stored once for all of them.
function storeTrust(folder: RunFolder, trust: TrustSet): string {
  const text = encodeTrust(trust);
  const name = `trust/${sha256Text(text).slice(0, TRUST_NAME_CHARACTERS)}.json`;
  if (!existsSync(folder.file(name))) folder.storeText(name, text);
  return name;
}

const TRUST_NAME_CHARACTERS = 16;
