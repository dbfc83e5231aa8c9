import { ERRORS, type ErrorCode } from '../errors.js';
import { budgetShare, costRows, isOverBudget, nearestToBudget } from './cost.js';
import { maskRun } from './masking.js';
import type { ReportedRun } from './read-run.js';
import { RUN_FILES } from './record.js';
import {
  countOutcomes,
  otherReasons,
  unexpectedJobs,
  verdictLine,
  type UnexpectedJob,
} from './unexpected.js';
import { runtimeLines } from './probe-runtimes.js';

const WIDTH = 80;
/** What a screen holds; the pages hold all. */
const MAX_UNEXPECTED = 8;
const MAX_REASONS = 8;
const MAX_LINES_OF_JOB = 3;

/** The end of a run for a terminal: a table of phones, what was unexpected, the verdict. */
export function terminalTable(unmasked: ReportedRun): string {
  const run = maskRun(unmasked);
  const lines = [
    header,
    '-'.repeat(WIDTH),
    ...run.record.phones.map((phone) => {
      const jobs = run.jobs.filter((job) => job.phone.alias === phone.alias);
      const counts = countOutcomes(jobs);
      const ms = jobs.reduce((total, job) => total + (job.ms ?? 0), 0);
      return tableRow([
        `${phone.alias}${phone.virtual ? ' *' : ''}`,
        phone.class ?? 'of no class',
        String(counts.met),
        String(counts['bypassed-as-expected']),
        String(counts.unmet),
        String(counts.inconclusive),
        String(counts['not-run']),
        `${(ms / 1000).toFixed(1)} s`,
      ]);
    }),
    ...legend(run),
    ...unexpected(run),
    ...remedies(run).flatMap((remedy) => wrap(remedy, '  ')),
    ...costLine(run).flatMap((line) => wrap(line, '  ')),
    ...run.notes.flatMap((note) => wrap(`- ${note}`, '  ')),
    '',
    verdictLine(run),
  ];
  return `${lines.filter((line, index) => line !== '' || lines[index - 1] !== '').join('\n')}\n`;
}

// A class has at most 24 letters in most labs; aliases are shorter. A slow phone takes minutes.
const COLUMNS = [19, 25, 5, 5, 7, 6, 5, 8] as const;

const header = tableRow(['phone', 'class', 'met', 'byp', 'unmet', 'incon', 'not', 'time']);

function tableRow(cells: readonly string[]): string {
  return cells
    .map((text, index) => {
      const width = COLUMNS[index] ?? 0;
      // Names are cut where they are too long, figures never.
      if (index > 1) return text.padStart(width);
      const cut = text.length < width ? text : `${text.slice(0, width - 2)}~`;
      return cut.padEnd(width);
    })
    .join('');
}

function legend({ record, jobs }: ReportedRun): readonly string[] {
  const pairs = record.plan.unmatched.length;
  const { waived } = countOutcomes(jobs);
  return [
    'byp: bypassed as expected; incon: inconclusive; not: did not run',
    ...(waived === 0 ? [] : [`${waived} jobs are waived, and counted in no column`]),
    ...(pairs === 0
      ? []
      : [`${pairs} pairs of scenario and phone do not apply; ${RUN_FILES.matrix} says why`]),
    ...(record.phones.some(({ virtual }) => virtual)
      ? [`* a virtual phone: its latencies are modelled, time scale ${record.timeScale}`]
      : []),
    ...runtimeLines(record).flatMap((line) => wrap(line, '  ')),
    ...record.phones.flatMap(({ alias, declaredClass, drift }) =>
      drift.length === 0
        ? []
        : wrap(
            `drift: ${alias} is no ${declaredClass}: ${drift.map(({ fact }) => fact).join(', ')}`,
            '  ',
          ),
    ),
  ];
}

function unexpected(run: ReportedRun): readonly string[] {
  const jobs = unexpectedJobs(run);
  const reasons = otherReasons(run.record.gate);
  const more = jobs.length - MAX_UNEXPECTED;
  const moreReasons = reasons.length - MAX_REASONS;
  return [
    ...jobs.slice(0, MAX_UNEXPECTED).flatMap(unexpectedBlock),
    ...(more > 0
      ? ['', `and ${more} more jobs not as expected; all are in ${RUN_FILES.matrix}`]
      : []),
    '',
    ...reasons.slice(0, MAX_REASONS).flatMap((reason) => wrap(`! ${reason}`, '  ')),
    ...(moreReasons > 0 ? [`! and ${moreReasons} more reasons in ${RUN_FILES.record}`] : []),
  ];
}

function unexpectedBlock({ job, lines }: UnexpectedJob): readonly string[] {
  const more = lines.length - MAX_LINES_OF_JOB;
  return [
    '',
    ...wrap(`${lines[0].code}: ${job.scenarioId} on ${job.phone.alias} (${job.className})`, '  '),
    ...lines
      .slice(0, MAX_LINES_OF_JOB)
      .flatMap(({ where, expected, actual }) => [
        ...(where === null ? [] : wrap(`  ${where}`, '    ')),
        ...wrap(`  expected: ${expected}`, '    '),
        ...wrap(`  actual:   ${actual}`, '    '),
      ]),
    ...(more > 0 ? [`  and ${more} more differences`] : []),
  ];
}

/** What to do about whatever broke, once for each code. */
function remedies({ jobs, errors }: ReportedRun): readonly string[] {
  const codes = new Set([
    ...jobs.flatMap(({ outcome }) =>
      outcome.outcome === 'inconclusive' ? [outcome.error.code] : [],
    ),
    ...errors.map(({ code }) => code),
  ]);
  return (Object.keys(ERRORS) as ErrorCode[])
    .filter((code) => codes.has(code))
    .map((code) => `remedy of ${code}: ${ERRORS[code].remedy}`);
}

/** What fills its budget most, in one line. */
function costLine(run: ReportedRun): readonly string[] {
  const rows = nearestToBudget(costRows(run));
  const [first] = rows;
  if (first === undefined) return [];
  const over = rows.filter(isOverBudget).length;
  const share = ((budgetShare(first) ?? 0) * 100).toFixed(0);
  const level = first.level === '-' ? '' : ` ${first.level}`;
  const fullest = `${first.operation}${level} on ${first.className}`;
  return [`cost: ${over} of ${rows.length} over budget; fullest ${share} %: ${fullest}`];
}

/** Lines of at most 80 columns, broken at blanks where there are any. */
function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let rest = text.replace(/\s+$/g, '').replace(/[\t\n]/g, ' ');
  while (rest.length > WIDTH) {
    const blank = rest.lastIndexOf(' ', WIDTH);
    // A blank within the indentation would break off nothing.
    const at = blank > indent.length ? blank : WIDTH;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
