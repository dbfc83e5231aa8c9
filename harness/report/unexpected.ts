import type { Outcome, OutcomeWord } from '../expectation/outcome.js';
import type { ReportedJob, ReportedRun } from './read-run.js';

/** One thing that was not as expected, in the words of every report. */
export interface UnexpectedLine {
  readonly job: ReportedJob;
  /** The machine's word for it: `falseAccept`, `ERR_DEVICE_LOST`, `not-run`. */
  readonly code: string;
  /** The check or the place that differs; null where the job came to no judgement. */
  readonly where: string | null;
  readonly expected: string;
  readonly actual: string;
}

/** A job that was not as expected, with what differs: what says most of the cause comes first. */
export interface UnexpectedJob {
  readonly job: ReportedJob;
  readonly lines: readonly [UnexpectedLine, ...UnexpectedLine[]];
}

/** The jobs of a run that were not as expected, the gravest first. */
export function unexpectedJobs(run: ReportedRun): readonly UnexpectedJob[] {
  const order = ['falseAccept', 'falseReject', 'other'];
  const rank = ({ lines: [{ code }] }: UnexpectedJob): number => {
    const found = order.indexOf(code);
    return found < 0 ? order.length : found;
  };
  return run.jobs
    .flatMap((job): readonly UnexpectedJob[] => {
      const [first, ...rest] = deviations(job);
      return first === undefined ? [] : [{ job, lines: [first, ...rest] }];
    })
    .sort((left, right) => rank(left) - rank(right));
}

/** The gate's reasons that no job explains: a server that did not start, a stale waiver. */
export function otherReasons(gate: ReportedRun['record']['gate']): readonly string[] {
  const ofJobs = /^(falseAccept|falseReject|other|inconclusive|not run|no outcome): /;
  return (gate?.reasons ?? []).filter((reason) => !ofJobs.test(reason));
}

/** What keeps a job from having met its expectation; nothing where it met it. */
export function deviations(job: ReportedJob): readonly UnexpectedLine[] {
  const { outcome } = job;
  switch (outcome.outcome) {
    case 'met':
    case 'bypassed-as-expected':
    case 'waived':
      return [];
    case 'unmet':
      // A check says more of the cause than the verdict that followed from it.
      return [
        ...outcome.differences.filter(({ check }) => check !== null),
        ...outcome.differences.filter(({ check }) => check === null),
      ].map(({ check, path, expected, actual }) => ({
        job,
        code: outcome.kind,
        where: check ?? path,
        expected,
        actual: actual + explanationOf(job, path),
      }));
    case 'inconclusive': {
      const { code, message } = outcome.error;
      return [{ job, code, where: null, expected: 'a verdict', actual: message }];
    }
    case 'not-run':
      return [{ job, code: 'not-run', where: null, expected: 'to run', actual: outcome.reason }];
  }
}

const SIGNAL_PATH = /(?:^|\.)signals\.([a-z-]+)$/;

/** What a risk signal says of itself: that it was raised tells nobody what to look for. */
function explanationOf({ observations }: ReportedJob, path: string): string {
  const id = SIGNAL_PATH.exec(path)?.[1];
  const signals = observations.flatMap(({ observation }) =>
    observation.kind === 'signals' ? observation.signals : [],
  );
  const signal = signals.findLast((one) => one.id === id);
  return signal === undefined ? '' : `: ${signal.explanation}`;
}

/** How many jobs came to each outcome. */
export function countOutcomes(jobs: readonly ReportedJob[]): Readonly<Record<OutcomeWord, number>> {
  const counts: Record<Outcome['outcome'], number> = {
    met: 0,
    'bypassed-as-expected': 0,
    unmet: 0,
    inconclusive: 0,
    'not-run': 0,
    waived: 0,
  };
  for (const { outcome } of jobs) counts[outcome.outcome] += 1;
  return counts;
}

/** The verdict of a run in one line. */
export function verdictLine({ record, jobs }: ReportedRun): string {
  const counts = countOutcomes(jobs);
  const good = counts.met + counts['bypassed-as-expected'];
  const sum = `${good} of ${jobs.length} jobs as expected`;
  if (record.gate === null) return `NOT FINISHED: ${sum}`;
  const word = record.gate.exit === 0 ? 'PASSED' : `FAILED (exit ${record.gate.exit})`;
  return `${word}: ${sum}`;
}
