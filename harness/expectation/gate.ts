import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import type { Outcome } from './outcome.js';

/** One planned pair of scenario and phone, as the gate counts it. */
export interface PlannedJob {
  readonly scenarioId: string;
  readonly phoneAlias: string;
}

/** What the gate decides from. */
export interface GateInput {
  readonly planned: readonly PlannedJob[];
  /** Scenarios that no phone of the lab can run. */
  readonly uncovered: readonly string[];
  /** One outcome a job, each of a planned job. */
  readonly outcomes: readonly (PlannedJob & { readonly outcome: Outcome })[];
  /** What broke outside any job: a port, a server, a phone before its first scenario. */
  readonly errors: readonly Error[];
  /** Waivers that are expired, unused, or whose failure no longer occurs. */
  readonly badWaivers: readonly string[];
  readonly cancelled: boolean;
}

/** The exit code of a run and every reason for it, the decisive ones first. */
export interface Gate {
  readonly exit: ExitCode;
  readonly reasons: readonly string[];
}

interface Finding {
  readonly exit: ExitCode;
  readonly reason: string;
}

// A broken configuration or a cancelled run says nothing about verdicts; a hole outranks the rest.
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.usage,
  EXIT.cancelled,
  EXIT.unexpectedVerdict,
  EXIT.waiver,
  EXIT.coverage,
  EXIT.infrastructure,
];

/** Decides the exit code. A run passes only where every planned job has an outcome that was expected. */
export function gate(input: GateInput): Gate {
  const findings = [
    ...input.errors.map(fromError),
    ...(input.cancelled ? [{ exit: EXIT.cancelled, reason: 'the run was cancelled' }] : []),
    ...input.outcomes.flatMap(fromOutcome),
    ...input.badWaivers.map((reason) => ({ exit: EXIT.waiver, reason })),
    ...coverage(input),
  ];
  const rank = ({ exit }: Finding): number => PRECEDENCE.indexOf(exit);
  const ranked = [...findings].sort((left, right) => rank(left) - rank(right));
  return { exit: ranked[0]?.exit ?? EXIT.passed, reasons: ranked.map(({ reason }) => reason) };
}

/** A job's name in sentences. */
export function jobName(job: PlannedJob): string {
  return `${job.scenarioId} on ${job.phoneAlias}`;
}

function fromError(error: Error): Finding {
  if (!(error instanceof HarnessError)) {
    return { exit: EXIT.infrastructure, reason: `${error.name}: ${error.message}` };
  }
  return { exit: error.exit, reason: `${error.code}: ${error.message}` };
}

function fromOutcome(job: PlannedJob & { readonly outcome: Outcome }): readonly Finding[] {
  const { outcome } = job;
  switch (outcome.outcome) {
    case 'met':
    case 'bypassed-as-expected':
    case 'waived':
      return [];
    case 'unmet': {
      const [first] = outcome.differences;
      const rest = outcome.differences.length - 1;
      const where = first === undefined ? '' : `: ${first.path}`;
      const more = rest > 0 ? ` and ${rest} more` : '';
      const reason = `${outcome.kind}: ${jobName(job)}${where}${more}`;
      return [{ exit: EXIT.unexpectedVerdict, reason }];
    }
    case 'inconclusive': {
      const reason = `inconclusive: ${jobName(job)}: ${outcome.error.code}`;
      return [{ exit: EXIT.infrastructure, reason }];
    }
    case 'not-run':
      return [{ exit: EXIT.coverage, reason: `not run: ${jobName(job)}: ${outcome.reason}` }];
  }
}

function coverage({ planned, uncovered, outcomes }: GateInput): readonly Finding[] {
  const nothing =
    planned.length === 0 ? [{ exit: EXIT.coverage, reason: 'no scenario was planned' }] : [];
  const seen = new Set(outcomes.map(jobName));
  const silent = planned.filter((job) => !seen.has(jobName(job)));
  return [
    ...nothing,
    ...uncovered.map((id) => ({ exit: EXIT.coverage, reason: `no phone can run ${id}` })),
    ...silent.map((job) => ({ exit: EXIT.coverage, reason: `no outcome: ${jobName(job)}` })),
  ];
}
