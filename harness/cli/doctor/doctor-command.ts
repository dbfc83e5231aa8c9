import { EXIT } from '../../errors.js';
import { productRoot } from '../../product.js';
import { shippedLab } from '../shipped-lab.js';
import { wrapped, type Terminal } from '../terminal.js';
import type { Examination, NamedFinding } from './finding.js';
import { labExaminations } from './lab.js';
import { machineExaminations } from './machine.js';

/** Examines machine and lab, shows the findings, and answers 2 where a run would fail. */
export async function doctor(
  options: { readonly lab?: string; readonly json?: true },
  terminal: Terminal,
): Promise<number> {
  const findings = await examineAll(examinations(options.lab ?? shippedLab));
  terminal.out(
    options.json === true ? `${JSON.stringify({ findings }, null, 2)}\n` : table(findings),
  );
  return isFit(findings) ? EXIT.passed : EXIT.usage;
}

/** Whether a run may start. Writes only what is missing. */
export async function preflight(lab: string, terminal: Terminal): Promise<boolean> {
  const findings = await examineAll(
    examinations(lab).filter(({ isForPeople }) => isForPeople !== true),
  );
  if (isFit(findings)) return true;
  terminal.err(table(findings.filter((finding) => finding.status === 'missing')));
  return false;
}

function examinations(lab: string): readonly Examination[] {
  return [...machineExaminations(productRoot), ...labExaminations(lab, new Date())];
}

async function examineAll(wanted: readonly Examination[]): Promise<readonly NamedFinding[]> {
  const findings: NamedFinding[] = [];
  for (const { name, examine } of wanted) findings.push({ name, ...(await examine()) });
  return findings;
}

function isFit(findings: readonly NamedFinding[]): boolean {
  return findings.every((finding) => finding.status !== 'missing');
}

function table(findings: readonly NamedFinding[]): string {
  return findings
    .map((finding) => {
      const first = `${finding.status.padEnd(8)} ${finding.name.padEnd(11)} `;
      const next = ' '.repeat(first.length);
      const detail = wrapped(finding.detail, { first, next });
      return finding.status === 'ok'
        ? detail
        : detail + wrapped(`remedy: ${finding.remedy}`, { first: next, next });
    })
    .join('');
}
