import { join } from 'node:path';
import { readJournal, readRun } from '../report/read-run.js';
import { RUN_FILES, type AppraisalLine, type RunRecord } from '../report/record.js';
import {
  demands,
  type AppraisalPolicy,
  type AttestationResult,
  type CheckId,
} from '../verifier/index.js';
import { recordedInput } from './recorded-input.js';
import { recordedVerifiers, runFolderOf } from './replay.js';

/** Evidence of one class and format whose fate would change, for the same reasons. */
export interface ChangedFate {
  /** `refused`: it was accepted. `admitted`: it was not, and now would be. */
  readonly change: 'refused' | 'admitted';
  readonly format: string;
  /** What would refuse it, or what refused it in the run. */
  readonly checks: readonly CheckId[];
  /** Lines of the journal. */
  readonly lines: readonly number[];
}

/** What another policy would have made of a run. */
export interface WhatIf {
  readonly run: string;
  readonly policies: { readonly recorded: readonly string[]; readonly asked: string };
  readonly appraisals: number;
  /** By class, then in the order of the journal. */
  readonly classes: readonly {
    readonly class: string;
    readonly appraisals: number;
    readonly changes: readonly ChangedFate[];
  }[];
  /** Lines that this verifier judges otherwise than the record, even under the recorded policy. */
  readonly otherThanRecorded: readonly number[];
}

/** Class of evidence that came from no phone of the lab, such as a laptop's. */
const NO_PHONE = 'no phone';

/**
 * Appraises every recorded appraisal of a run under its own policy and under `asked`, with the trust
 * and the time of the run. Both are judged by this verifier, so that the policy alone differs.
 */
export function whatIf(run: string, asked: AppraisalPolicy): WhatIf {
  const folder = runFolderOf(run);
  const { record } = readRun(folder);
  const verifierOf = recordedVerifiers(folder);
  const lines = readJournal(join(folder, RUN_FILES.journal)).flatMap((line) =>
    line.type === 'appraisal' ? [line] : [],
  );
  const compared = lines.map((line): Compared => {
    const input = recordedInput(folder, line);
    const policy = narrowed(asked, input.policy);
    const verifier = verifierOf(line);
    return {
      line,
      ...{ before: input.policy, after: policy },
      was: verifier.appraise(input),
      is: verifier.appraise({ ...input, policy }),
    };
  });
  const classes = [...new Set(compared.map(({ line }) => classOf(record, line)))].sort();
  return {
    run: record.id,
    policies: {
      recorded: [...new Set(compared.map(({ before }) => before.id))],
      asked: asked.id,
    },
    appraisals: compared.length,
    classes: classes.map((name) => {
      const ofClass = compared.filter(({ line }) => classOf(record, line) === name);
      return { class: name, appraisals: ofClass.length, changes: changesOf(ofClass) };
    }),
    otherThanRecorded: compared
      .filter(({ line, was }) => line.verdict !== was.verdict)
      .map(({ line }) => line.seq),
  };
}

/** Whether any fate would change. */
export function changesAnything({ classes }: WhatIf): boolean {
  return classes.some(({ changes }) => changes.length > 0);
}

interface Compared {
  readonly line: AppraisalLine;
  readonly before: AppraisalPolicy;
  readonly after: AppraisalPolicy;
  readonly was: AttestationResult;
  readonly is: AttestationResult;
}

// What the lab's reference values said stays: they are the lab's, not the policy's.
function narrowed(asked: AppraisalPolicy, recorded: AppraisalPolicy): AppraisalPolicy {
  const { environments } = asked.appAttest;
  const shared = environments.filter((one) => recorded.appAttest.environments.includes(one));
  const bootKeys = [...asked.androidKey.allowedBootKeys, ...recorded.androidKey.allowedBootKeys];
  return {
    ...asked,
    androidKey: { ...asked.androidKey, allowedBootKeys: [...new Set(bootKeys)] },
    appAttest: { ...asked.appAttest, environments: shared },
  };
}

function classOf({ phones }: RunRecord, { phone }: AppraisalLine): string {
  const found = phones.find(({ alias }) => alias === phone);
  return found === undefined ? NO_PHONE : (found.class ?? found.declaredClass);
}

function changesOf(compared: readonly Compared[]): readonly ChangedFate[] {
  const changes = new Map<string, ChangedFate>();
  for (const { line, before, after, was, is } of compared) {
    const [wasAccepted, isAccepted] = [was.verdict === 'accepted', is.verdict === 'accepted'];
    if (wasAccepted === isAccepted) continue;
    const change = wasAccepted ? 'refused' : 'admitted';
    const checks = wasAccepted ? hindering(is, after) : hindering(was, before);
    const key = JSON.stringify([change, line.format, checks]);
    const lines = [...(changes.get(key)?.lines ?? []), line.seq];
    changes.set(key, { change, format: line.format, checks, lines });
  }
  return [...changes.values()];
}

/** What keeps a result from being accepted: causes, and only where there are none, consequences. */
function hindering(result: AttestationResult, policy: AppraisalPolicy): readonly CheckId[] {
  const demandFor = demands(policy);
  const demanded = result.checks.filter(({ id }) => demandFor(id) !== 'reported');
  const causes = demanded.filter(
    ({ id, status }) =>
      status === 'failed' ||
      status === 'undetermined' ||
      (status === 'not-applicable' && demandFor(id) === 'required'),
  );
  const blocked = demanded.filter(({ status }) => status === 'blocked');
  return (causes.length > 0 ? causes : blocked).map(({ id }) => id);
}
