import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { inconclusive } from '../expectation/outcome.js';
import { FLOORS } from './floors.js';
import { junitReport, junitXml } from './junit.js';
import { matrixReport } from './matrix/matrix-report.js';
import { reportedRun } from './read-run.js';
import { writeReports, type Report } from './report.js';
import { summaryMarkdown, summaryReport } from './summary.js';
import { terminalTable } from './terminal.js';
import { met, outcomeEntry, sampleJournal, sampleRun } from './testing/sample-run.js';
import { wideRun } from './testing/wide-run.js';

const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'R5CT1234ABC: no answer'));

describe('a run of 8 phones, 8 classes and 55 scenarios', () => {
  const run = wideRun();

  it('has a summary of at most 40 lines that names every floor, class and what fills its budget', () => {
    const text = summaryMarkdown(run);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    for (const { id } of FLOORS) expect(text).toMatch(new RegExp(`${id} \\d+/\\d+`));
    for (const { class: name } of run.record.phones) expect(text).toContain(String(name));
    expect(text).toContain('3 of 41 operations over budget, as the cost scenarios measured them');
    expect(text).toContain('time scale 0.05');
    expect(text).toContain('| 1080 of 900, exceeded | 1620 of 2500 |');
  });

  it('fits a terminal of 80 columns and cuts no class of 24 letters', () => {
    const text = terminalTable(run);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    for (const { class: name } of run.record.phones) {
      expect(lines.slice(2, 10).some((line) => line.includes(` ${String(name)} `))).toBe(true);
    }
    expect(text).toMatch(/^cost: 3 of 41 over budget; fullest 120 %: appattest.attest on$/m);
    expect(text).toMatch(/^remedy of ERR_DEVICE_LOST: look at the phone, its cable/m);
    expect(text).toContain('drift: phone-3 is no android-tee: rooted');
    expect(text).toContain('30 pairs of scenario and phone do not apply');
  });

  it('stays on a screen where every job of every phone was lost', () => {
    const entries = run.jobs.map(({ scenarioId, phone }) =>
      outcomeEntry(scenarioId, lost, phone.alias),
    );
    const gate = { exit: 4, reasons: run.jobs.map(() => 'ERR_DEVICE_LOST: gone') } as const;
    const text = terminalTable(reportedRun({ ...run.record, gate }, sampleJournal(entries)));
    expect(text.split('\n').length).toBeLessThan(80);
    expect(text).toContain('and 402 more jobs not as expected; all are in matrix.html');
    expect(text).toContain('! and 402 more reasons in run.json');
  });

  it('gives cost to a CI server as properties of each phone', () => {
    const xml = junitXml(run);
    const [, iphone = ''] = xml.split('phone-5 (iphone-secure-enclave, virtual)');
    const properties = iphone.slice(0, iphone.indexOf('</properties>'));
    for (const property of [
      'name="timeScale" value="0.05"',
      'name="cost.key.sign.secure-enclave.medianMs" value="18.8"',
      'name="cost.key.sign.secure-enclave.medianBudgetMs" value="120"',
      'name="cost.key.sign.secure-enclave.worstBudgetMs" value="400"',
      'name="cost.appattest.attest.worstMs" value="1500"',
    ]) {
      expect(properties).toContain(property);
    }
    expect(properties).not.toContain('cost.request.send.medianBudgetMs');
  });
});

describe('writeReports', () => {
  it('writes masked files that only their owner can read, also over older ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    writeFileSync(join(folder, 'summary.md'), 'old', { mode: 0o644 });
    const { files } = writeReports(sampleRun({ 'a/b': lost }), { folder, appraised: () => null }, [
      junitReport,
      summaryReport,
    ]);
    expect(files).toEqual(['junit.xml', 'summary.md']);
    for (const name of files) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain('R5CT1234ABC');
    }
  });

  it('says which file cannot be written', () => {
    const { errors, notes } = writeReports(
      sampleRun({}),
      { folder: '/nonexistent', appraised: () => null },
      [junitReport],
    );
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE', exit: 4 })]);
    expect(notes[0]).toMatch(/^junit was not written: \/nonexistent\/junit.xml: ENOENT/);
  });

  it('writes the other reports where one cannot be written, and says so in the summary', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    // A file that nobody can write, root included.
    mkdirSync(join(folder, 'matrix.html'));
    const reports = [matrixReport, junitReport, summaryReport];
    const { files, errors } = writeReports(
      sampleRun({ 'a/b': met }),
      { folder, appraised: () => null },
      reports,
    );
    expect(files).toEqual(['junit.xml', 'summary.md']);
    expect(errors.map(({ exit }) => exit)).toEqual([4]);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain('tests="1"');
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('matrix was not written: ');
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('writes the other reports where one is broken, and lets the bug show', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    const broken: Report = {
      name: 'broken',
      write: () => {
        throw new TypeError('a bug');
      },
    };
    expect(() =>
      writeReports(sampleRun({ 'a/b': met }), { folder, appraised: () => null }, [
        broken,
        junitReport,
      ]),
    ).toThrow('a bug');
    expect(readdirSync(folder)).toEqual(['junit.xml']);
  });

  it('carries what a report says of itself into the summary and to the caller', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    const note = 'Allure page not rendered: Java was not found';
    const page: Report = { name: 'page', write: () => ({ files: [], notes: [note] }) };
    const run = sampleRun({ 'a/b': met });
    const { notes } = writeReports(run, { folder, appraised: () => null }, [page, summaryReport]);
    expect(notes).toEqual([note]);
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain(note);
    expect(terminalTable({ ...run, notes })).toContain(`- ${note}`);
  });
});
