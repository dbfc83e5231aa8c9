import { Stage, type Attachment, type StepResult } from 'allure-js-commons';
import { describeExpectation, describeObservation } from '../describe-observation.js';
import type { ReportedJob, ReportedObservation } from '../read-run.js';
import type { AppraisalLine } from '../record.js';
import { messageOf, statusOf } from './status.js';
import type { EvidenceReader, ScreenedEvidence } from '../screened-evidence.js';
import type { Attached } from './result-folder.js';

/** Stores a text or file and answers how a result names it. */
export type Attach = (attached: Attached) => Attachment;

/** A phone's part of a result: what it is, each thing that was seen, and its slice of the journal. */
export function unitStep(
  job: ReportedJob,
  parts: { readonly runId: string; readonly attach: Attach; readonly evidence: EvidenceReader },
): StepResult {
  const { runId, attach } = parts;
  const { phone, outcome } = job;
  const message = messageOf(outcome, null);
  const ended = job.endedAt === null ? null : Date.parse(job.endedAt);
  const started = job.startedAt === null ? ended : Date.parse(job.startedAt);
  return {
    name: `${phone.alias}${phone.virtual ? ' (virtual)' : ''}: ${outcome.outcome}`,
    status: statusOf(outcome),
    statusDetails: message === null ? {} : { message },
    stage: Stage.FINISHED,
    ...(started === null ? {} : { start: started, stop: ended ?? started }),
    steps: job.observations.map((seen) => observationStep(seen, attach)),
    attachments: [
      attach(json('phone', phoneFacts(job))),
      ...replays(job, runId).map(attach),
      ...(isPlain(job) ? [] : [attach(journal(job)), ...files(job, parts.evidence).map(attach)]),
    ],
    parameters: [
      ...['osVersion', 'securityPatch', 'model'].flatMap((name) => {
        const value = phone.facts[name];
        return typeof value === 'string' ? [{ name, value }] : [];
      }),
    ],
  };
}

function observationStep(seen: ReportedObservation, attach: Attach): StepResult {
  const { name, observation, expected, outcome } = seen;
  const message = messageOf(outcome, null);
  const actual = describeObservation(observation);
  return {
    name: `${name}: ${actual}`,
    status: statusOf(outcome),
    statusDetails: {
      ...(message === null ? {} : { message }),
      ...(expected === null ? {} : { expected: describeExpectation(expected), actual }),
    },
    stage: Stage.FINISHED,
    steps: [],
    attachments: evidenceTexts(seen).map(attach),
    parameters:
      expected === null ? [] : [{ name: 'expected', value: describeExpectation(expected) }],
  };
}

// What went as it was meant to needs no more than what was seen: the rest is in the run's folder, and
// a page that holds it for hundreds of jobs opens slowly.
function isPlain({ outcome, phone }: ReportedJob): boolean {
  return outcome.outcome === 'met' && phone.drift.length === 0;
}

function journal({ lines }: ReportedJob): Attached {
  const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return { name: 'journal', type: 'text/plain', content };
}

function files({ lines }: ReportedJob, evidence: EvidenceReader): readonly Attached[] {
  return lines.flatMap((line) => {
    if (line.type === 'witness') {
      return [attached(WITNESS_NAMES[line.kind], evidence.file(line.file))];
    }
    if (line.type !== 'appraisal') return [];
    const name = `${line.format}, ${line.verdict}, line ${line.seq} of the journal`;
    return [attached(name, evidence.appraised(line))];
  });
}

const WITNESS_NAMES = {
  screenshot: 'screenshot after the story',
  'device-log': 'log of the device, its last lines',
} as const;

function attached(name: string, screened: ScreenedEvidence): Attached {
  if ('content' in screened) return { name, ...screened };
  return { name, type: 'text/plain', content: `Not attached: ${screened.withheld}.\n` };
}

function evidenceTexts({ name, observation }: ReportedObservation): readonly Attached[] {
  switch (observation.kind) {
    case 'appraisal': {
      const { claims, ...verdict } = observation.result;
      return [
        json(`${name}: verdict`, verdict),
        json(`${name}: claims, decoded from the evidence`, claims),
      ];
    }
    case 'response':
      return [json(`${name}: answer of the relying party`, observation)];
    case 'ladder':
      return [json(`${name}: attempts`, observation.attempts)];
    case 'wire':
    case 'operation':
      return [json(`${name}: seen`, observation)];
    case 'signals':
      return [json(`${name}: signals, explained`, observation.signals)];
    case 'measurement':
      return [];
  }
}

function replays({ lines }: ReportedJob, runId: string): readonly Attached[] {
  const appraisals = lines.flatMap((line) => (line.type === 'appraisal' ? [line] : []));
  if (appraisals.length === 0) return [];
  const commands = appraisals.map(
    ({ seq, format, verdict, file, part, fileSha256 }) =>
      `# ${format}, ${verdict}; ${placeOf(file, part)}, SHA-256 ${fileSha256}\nnpx attestlab replay-line ${runId} ${seq}\n`,
  );
  return [{ name: 'replay without a phone', type: 'text/plain', content: commands.join('\n') }];
}

function placeOf(file: string, part: AppraisalLine['part']): string {
  return part === undefined ? file : `${file}, ${part.bytes} bytes at ${part.offset}`;
}

// Without the udid: masked as it is, it would only say that there is one.
function phoneFacts({ phone }: ReportedJob): Omit<ReportedJob['phone'], 'udid'> {
  const { alias, platform, virtual, declaredClass, facts, drift } = phone;
  return { alias, platform, virtual, declaredClass, class: phone.class, facts, drift };
}

function json(name: string, value: unknown): Attached {
  return { name, type: 'application/json', content: `${JSON.stringify(value, null, 2)}\n` };
}
