import { maskRun } from './masking.js';
import type { ReportedRun } from './read-run.js';
import { countOutcomes, unexpectedLines, verdictLine, type UnexpectedLine } from './unexpected.js';

const WIDTH = 80;

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
    ...(run.record.phones.some((phone) => phone.virtual) ? ['* a virtual phone'] : []),
    ...unexpectedLines(run).flatMap(unexpectedBlock),
    ...(run.record.gate?.reasons ?? []).flatMap((reason) => wrap(`! ${reason}`, '  ')),
    ...run.notes.flatMap((note) => wrap(`- ${note}`, '  ')),
    '',
    verdictLine(run),
  ];
  return `${lines.join('\n')}\n`;
}

const COLUMNS = [22, 22, 5, 5, 7, 7, 5, 7] as const;

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

function unexpectedBlock({
  job,
  code,
  where,
  expected,
  actual,
}: UnexpectedLine): readonly string[] {
  return [
    '',
    ...wrap(`${code}: ${job.scenarioId} on ${job.phone.alias}`, '  '),
    ...(where === null ? [] : wrap(`  ${where}`, '    ')),
    ...wrap(`  expected: ${expected}`, '    '),
    ...wrap(`  actual:   ${actual}`, '    '),
  ];
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
