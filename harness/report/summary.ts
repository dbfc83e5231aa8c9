import { costRows, isOverBudget, nearestToBudget, showAgainst } from './cost.js';
import { writeOwnedFile } from './owned-file.js';
import type { ReportedJob, ReportedRun } from './read-run.js';
import { RUN_FILES } from './record.js';
import type { Report } from './report.js';
import {
  countOutcomes,
  otherReasons,
  unexpectedJobs,
  verdictLine,
  type UnexpectedJob,
} from './unexpected.js';
import { runtimeLines } from './probe-runtimes.js';

/** Lines of a summary: what a release manager reads in ten seconds. */
const MAX_LINES = 40;
const MAX_UNEXPECTED = 9;
const MAX_NOTES = 2;
const MAX_NOTE = 300;
const MAX_COSTS = 6;
const MAX_CELL = 120;
/** Eight floors, or eight classes, named in one line. */
const MAX_LIST = 400;

/** Markdown for people and for the page of a CI job. */
export const summaryReport: Report = {
  name: 'summary',
  write(run, folder) {
    writeOwnedFile(folder, RUN_FILES.summary, summaryMarkdown(run));
    return { files: [RUN_FILES.summary] };
  },
};

/** The run in at most 40 lines, the verdict in the first. */
export function summaryMarkdown(run: ReportedRun): string {
  const unexpected = unexpectedJobs(run);
  const lines = [
    `# ${verdictLine(run)}`,
    '',
    ...headLines(run),
    ...unexpectedSection(run, unexpected),
    ...coverageSection(run),
    ...costSection(run),
    '',
    replayLine(run, unexpected),
  ];
  if (lines.length > MAX_LINES) throw new Error(`the summary has ${lines.length} lines`);
  return `${lines.join('\n')}\n`;
}

function headLines({ record, jobs, notes }: ReportedRun): readonly string[] {
  const counts = countOutcomes(jobs);
  const virtual = record.phones.filter((phone) => phone.virtual).length;
  const kinds = Object.entries(counts).map(([word, count]) => `${word} ${count}`);
  const took =
    record.finishedAt === null
      ? 'cut off'
      : `${((Date.parse(record.finishedAt) - Date.parse(record.startedAt)) / 1000).toFixed(1)} s`;
  const honesty =
    virtual === 0
      ? 'no phone is virtual'
      : `**${virtual} of ${record.phones.length} phones are virtual** (their vendors' roots and latencies are modelled, time scale ${record.timeScale})`;
  return [
    `- Run \`${record.id}\` of lab \`${record.lab}\`, policy \`${record.policyId}\`, ${record.startedAt}, ${took}, ${record.product.name} ${record.product.version}`,
    `- Outcomes: ${kinds.join(', ')}`,
    `- Phones: ${honesty}`,
    ...runtimeLines(record).map((line) => `- ${cell(line, MAX_NOTE)}`),
    ...notes.slice(0, MAX_NOTES).map((note) => `- ${cell(note, MAX_NOTE)}`),
  ];
}

function unexpectedSection(
  { record }: ReportedRun,
  jobs: readonly UnexpectedJob[],
): readonly string[] {
  const others = otherReasons(record.gate);
  const entries = [...jobs.map(unexpectedEntry), ...others.map((reason) => `- ${cell(reason)}`)];
  if (entries.length === 0) return [];
  const shown = entries.slice(0, MAX_UNEXPECTED);
  const rest = entries.length - shown.length;
  return [
    '',
    '## Unexpected',
    ...shown,
    ...(rest > 0 ? [`- and ${rest} more in ${RUN_FILES.junit}`] : []),
  ];
}

// A job's cause alone: what followed from it is on the pages.
function unexpectedEntry({ job, lines: [first, ...rest] }: UnexpectedJob): string {
  const { code, where, expected, actual } = first;
  const place = where === null ? '' : ` \`${cell(where)}\``;
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return `- **${code}** ${jobTitle(job)}:${place} expected ${cell(expected)}, actual ${cell(actual)}${more}`;
}

function jobTitle({ scenarioId, phone }: ReportedJob): string {
  return `${scenarioId} on ${phone.alias}${phone.virtual ? ' (virtual)' : ''}`;
}

function coverageSection({ record, jobs }: ReportedRun): readonly string[] {
  const floors = [...new Set(jobs.map(({ floor }) => floor))].map((floor) => {
    const own = jobs.filter((job) => job.floor === floor);
    const run = own.filter(({ outcome }) => outcome.outcome !== 'not-run').length;
    return `${floor} ${run}/${own.length}`;
  });
  const drift = record.phones
    .filter((phone) => phone.drift.length > 0)
    .map((phone) => `${phone.alias} (${phone.drift.map(({ fact }) => fact).join(', ')})`);
  const classes = [...new Set(record.phones.map((phone) => phone.class ?? 'of no class'))];
  const { unmatched, uncovered } = record.plan;
  return [
    '',
    '## Coverage',
    `- Run of planned: ${cell(floors.join(', '), MAX_LIST) || 'nothing was planned'}`,
    `- Classes: ${cell(classes.join(', '), MAX_LIST)}; pairs that do not apply: ${unmatched.length}`,
    ...(uncovered.length > 0 ? [`- No phone can run: ${cell(uncovered.join(', '))}`] : []),
    ...(drift.length > 0
      ? [`- Drift from the declared class: ${cell(drift.join(', '), MAX_LIST)}`]
      : []),
  ];
}

function costSection(run: ReportedRun): readonly string[] {
  const rows = costRows(run);
  if (rows.length === 0) return ['', 'No latency was measured.'];
  const budgeted = nearestToBudget(rows);
  const over = budgeted.filter(isOverBudget).length;
  const isModelled = rows.some(({ virtual }) => virtual);
  const shown = budgeted.slice(0, MAX_COSTS).map(({ operation, level, className, ...row }) => {
    const median = showAgainst(row.medianMs, row.medianBudgetMs);
    const worst = showAgainst(row.worstMs, row.worstBudgetMs);
    const name = `${cell(className)}${row.virtual ? ' (virtual)' : ''}`;
    return `| ${cell(operation)} | ${cell(level)} | ${name} | ${median} | ${worst} |`;
  });
  return [
    '',
    '## Cost',
    [
      `${over} of ${budgeted.length} operations over budget, as the cost scenarios measured them; all latencies are in ${RUN_FILES.matrix}.`,
      ...(isModelled
        ? [`Those of virtual phones are modelled, time scale ${run.record.timeScale}.`]
        : []),
    ].join(' '),
    ...(shown.length === 0
      ? []
      : [
          '',
          '| nearest to its budget | level | class | median ms | worst ms |',
          '|---|---|---|--:|--:|',
          ...shown,
        ]),
  ];
}

/** How to see one appraisal again, without a phone. */
function replayLine({ record, jobs }: ReportedRun, unexpected: readonly UnexpectedJob[]): string {
  const candidates = [...unexpected.map(({ job }) => job), ...jobs];
  const seq = candidates.find((job) => job.appraisalSeq !== null)?.appraisalSeq ?? null;
  return seq === null
    ? 'This run holds no appraisal to replay.'
    : `Replay an appraisal without a phone: \`npx attestlab replay-line ${record.id} ${seq}\``;
}

/** Text that stays inside its line, its table cell and its code span. */
function cell(text: string, most = MAX_CELL): string {
  const flat = text.replace(/\s+/g, ' ').replace(/[`|<>*_[\]]/g, (mark) => ESCAPES[mark] ?? mark);
  return flat.length <= most ? flat : `${flat.slice(0, most - 3)}...`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '`': "'",
  '|': '/',
  '<': '(',
  '>': ')',
  '*': '·',
  '[': '(',
  ']': ')',
};
