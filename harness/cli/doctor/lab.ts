import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../errors.js';
import { loadLab, type Lab } from '../../farm/lab.js';
import { openPlayIntegrity } from '../../run/play-integrity.js';
import { takeRunLock } from '../../run/run-lock.js';
import { missing, ok, type Examination, type Finding } from './finding.js';
import { tryPort } from './machine.js';
import { trustFinding } from './trust.js';

/** What a run needs of a lab: its files, trust that holds at `now`, ports, a place for reports. */
export function labExaminations(path: string, now: Date): readonly Examination[] {
  const reading = attempt(() => loadLab(path));
  const about = (
    examine: (lab: Lab) => Finding | Promise<Finding>,
  ): (() => Finding | Promise<Finding>) => {
    if (!reading.ok) return () => missing('not looked at', 'correct the files of the lab first');
    return () => examine(reading.value);
  };
  return [
    { name: 'lab', examine: () => (reading.ok ? ok(inShort(reading.value)) : reading.finding) },
    { name: 'trust', examine: about((lab) => trustOfLab(lab, now)) },
    { name: 'play integrity', examine: about(playIntegrityOf) },
    { name: 'ports', isForPeople: true, examine: about(ports) },
    { name: 'other runs', isForPeople: true, examine: about(otherRuns) },
    { name: 'reports', examine: about((lab) => reportsFinding(lab.reportsFolder)) },
  ];
}

type Attempt<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly finding: Finding };

// What a user can mend is a finding; anything else is a bug and goes on.
function attempt<Value>(body: () => Value): Attempt<Value> {
  try {
    return { ok: true, value: body() };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { ok: false, finding: missing(error.message, error.remedy) };
  }
}

function inShort(lab: Lab): string {
  const { phones } = lab.inventory.value;
  const virtual = phones.filter((phone) => phone.virtual !== undefined).length;
  return `${lab.name}: ${phones.length} phones, ${virtual} of them virtual; policy ${lab.policy}`;
}

function trustOfLab(lab: Lab, now: Date): Finding {
  const result = attempt(() => trustFinding(lab, now));
  return result.ok ? result.value : result.finding;
}

function playIntegrityOf({ playIntegrity }: Lab): Finding {
  const opening = attempt(() => openPlayIntegrity(playIntegrity));
  if (!opening.ok) return opening.finding;
  const kinds = [
    ...(opening.value.keys === null ? [] : ['classic']),
    ...(opening.value.decoder === null ? [] : ['standard']),
  ];
  return ok(
    kinds.length === 0
      ? 'opens no tokens of real phones'
      : `opens ${kinds.join(' and ')} tokens of real phones`,
  );
}

async function ports(lab: Lab): Promise<Finding> {
  const wanted = Object.entries(lab.ports).filter(([, port]) => port !== 0);
  for (const [name, port] of wanted) {
    const problem = await tryPort(port);
    if (problem !== null) {
      return missing(
        `${name}: ${problem}`,
        `stop what holds port ${port}, or set ports.${name} in ${lab.file}`,
      );
    }
  }
  return ok(wanted.length === 0 ? 'any that are free' : wanted.map(([, port]) => port).join(', '));
}

async function otherRuns(lab: Lab): Promise<Finding> {
  if (!existsSync(lab.reportsFolder)) return ok('none');
  try {
    await (await takeRunLock(lab.reportsFolder)).release();
    return ok('none');
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return missing(error.message, error.remedy);
  }
}

/** Whether run folders can be made; the folder itself may not be there yet. */
export function reportsFinding(folder: string): Finding {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    // Rights say little of a full or read-only disk: only writing tells.
    rmdirSync(mkdtempSync(join(existing, '.doctor-')));
    return ok(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return missing(reason, 'make room and give yourself the right to write there');
  }
}
