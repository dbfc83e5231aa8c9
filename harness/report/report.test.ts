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
import { inconclusive, notRun, type Outcome } from '../expectation/outcome.js';
import { FLOORS } from './floors.js';
import { junitReport, junitXml } from './junit.js';
import { latencyRows } from './latency.js';
import { cleaner, maskRun } from './masking.js';
import { matrixReport } from './matrix/matrix-report.js';
import { readRun, reportedRun } from './read-run.js';
import type { JournalEntry } from './record.js';
import { recordSchemaFiles } from './record-schemas.js';
import { writeReports, type Report } from './report.js';
import { summaryMarkdown, summaryReport } from './summary.js';
import { terminalTable } from './terminal.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
  sampleRun,
} from './testing/sample-run.js';
import { wideRun } from './testing/wide-run.js';

const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'R5CT1234ABC: no answer'));

function measurement(ms: number, level = 'tee', phone = 'pixel'): JournalEntry {
  return { type: 'measurement', phone, scenario: 'a/b', operation: 'key.generate', level, ms };
}

function differing(count: number): Outcome {
  const difference = {
    path: 'verdict',
    check: null,
    expected: 'x'.repeat(300),
    actual: 'a|b\n`c`',
  };
  return { outcome: 'unmet', kind: 'other', differences: Array(count).fill(difference) };
}

describe('reportedRun', () => {
  it('says of a planned job without an outcome that it did not run', () => {
    const run = reportedRun(sampleRecord(['a/b']), []);
    expect(run.jobs[0]).toMatchObject({ outcome: { outcome: 'not-run' }, ms: null });
  });

  it('does not give one phone the outcome of another', () => {
    const phones = [samplePhone(), samplePhone({ alias: 'iphone', udid: 'X' })];
    const run = reportedRun(
      sampleRecord(['a/b'], phones),
      sampleJournal([outcomeEntry('a/b', met, 'iphone')]),
    );
    expect(run.jobs.map(({ outcome }) => outcome.outcome)).toEqual(['not-run', 'met']);
  });
});

describe('readRun', () => {
  function runFolder(journal: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-run-'));
    writeFileSync(join(folder, 'run.json'), JSON.stringify(sampleRecord(['a/b'])));
    writeFileSync(join(folder, 'journal.jsonl'), journal);
    return folder;
  }
  const [line] = sampleJournal([outcomeEntry('a/b', met)]);
  const text = JSON.stringify(line);

  it('reads a run, also where the last line was cut off', () => {
    const { jobs } = readRun(runFolder(`${text}\n{"seq":2,"at`));
    expect(jobs[0]).toMatchObject({ outcome: met, ms: 1500 });
  });

  it.each([
    ['a broken line', `${text}\n{"seq":2\n${text}\n`],
    ['a line with a field that nobody knows', `${text}\n${text.replace('{', '{"x":1,')}\n`],
  ])('names the place of %s', (_, journal) => {
    const folder = runFolder(journal);
    expect(() => readRun(folder)).toThrow(`${folder}/journal.jsonl:2`);
  });

  it('says which file is absent', () => {
    expect(() => readRun('/nonexistent')).toThrow('/nonexistent/run.json');
  });
});

describe('masking', () => {
  it('removes udids wherever they stand, in any case', () => {
    const run = maskRun(sampleRun({ 'a/b': lost }));
    const text = JSON.stringify(run);
    expect(text).not.toContain('R5CT1234ABC');
    expect(text).toContain('[masked]: no answer');
    expect(cleaner(['R5CT1234ABC'])('serial r5ct1234abc!')).toBe('serial [masked]!');
  });

  it('removes serial numbers that only evidence states', () => {
    const claims = { attestationIds: { attestationIdSerial: 'ZY22B7XYZ9' } };
    const result = {
      format: 'android-key',
      verdict: 'accepted',
      checks: [],
      claims,
      policyId: 'lab',
      now: '2026-11-23T22:00:00.000Z',
      verifierVersion: '0.1.0',
    } as const;
    const observed: JournalEntry = {
      type: 'observation',
      phone: 'pixel',
      scenario: 'a/b',
      name: 'enrolment',
      observation: { kind: 'appraisal', result },
      outcome: met,
    };
    const failed = inconclusive(new Error('phone ZY22B7XYZ9 went away'));
    const run = maskRun(sampleRun({ 'a/b': failed }, [observed]));
    expect(JSON.stringify(run)).not.toContain('ZY22B7XYZ9');
  });

  it('removes what has the check digit of an IMEI and keeps other long numbers', () => {
    const clean = cleaner([]);
    expect(clean('imei 490154203237518.')).toBe('imei [masked].');
    expect(clean('490154203237519 1763935200000 4901542032375180')).toBe(
      '490154203237519 1763935200000 4901542032375180',
    );
  });

  it('removes an identifier that contains another as a whole', () => {
    expect(cleaner(['ABC123', 'ABC123-9'])('ABC123-9')).toBe('[masked]');
  });

  it('takes an identifier for text, never for a pattern', () => {
    expect(cleaner(['a.b+c/d'])('a.b+c/d axb+c/d')).toBe('[masked] axb+c/d');
  });

  it('does not let a phone blot out words of the report by its serial number', () => {
    const hostile = samplePhone({ facts: { serial: 'unmet' } });
    const run = reportedRun(
      sampleRecord(['a/b'], [hostile]),
      sampleJournal([outcomeEntry('a/b', falseAccept)]),
    );
    expect(maskRun(run).jobs[0]?.outcome.outcome).toBe('unmet');
  });

  it('removes what would steer a terminal or break a line', () => {
    expect(cleaner([])('a\u001b[2Jb\u0000c\u202ed\ud800e\tf\n')).toBe(
      'a\ufffd[2Jb\ufffdc\ufffdd\ufffde\tf\n',
    );
  });
});

describe('latencyRows', () => {
  const rows = (entries: readonly JournalEntry[]): ReturnType<typeof latencyRows> =>
    latencyRows(sampleRun({ 'a/b': met }, entries).measurements);

  it('gives median and worst of each operation and level', () => {
    expect(
      rows([9, 1, 5].map((ms) => measurement(ms)).concat(measurement(70, 'strongbox'))),
    ).toEqual([
      {
        operation: 'key.generate',
        level: 'strongbox',
        virtual: true,
        count: 1,
        medianMs: 70,
        worstMs: 70,
      },
      {
        operation: 'key.generate',
        level: 'tee',
        virtual: true,
        count: 3,
        medianMs: 5,
        worstMs: 9,
      },
    ]);
  });

  it('takes the mean of the middle two of an even count', () => {
    expect(rows([1, 2, 4, 100].map((ms) => measurement(ms)))).toMatchObject([{ medianMs: 3 }]);
  });

  it('never averages virtual phones with real ones', () => {
    const phones = [samplePhone(), samplePhone({ alias: 'real', udid: 'Y', virtual: false })];
    const run = reportedRun(
      sampleRecord(['a/b'], phones),
      sampleJournal([measurement(1), measurement(50, 'tee', 'real')]),
    );
    expect(latencyRows(run.measurements)).toMatchObject([
      { virtual: false, medianMs: 50 },
      { virtual: true, medianMs: 1 },
    ]);
  });
});

describe('junitXml', () => {
  it('gives each outcome its own element, and none of them is silently green', () => {
    const xml = junitXml(
      sampleRun({
        'a/met': met,
        'a/bypassed': { outcome: 'bypassed-as-expected', reason: 'a hook' },
        'a/unmet': falseAccept,
        'a/lost': lost,
        'a/silent': notRun('skipped'),
        'a/waived': { ...falseAccept, outcome: 'waived', waiver: 'W-1' } as Outcome,
      }),
    );
    expect(xml).toContain('tests="6" failures="1" errors="2" skipped="1"');
    expect(xml).toContain(
      '<failure message="[falseAccept android-key/challenge-matches] expected failed, actual passed" type="falseAccept"/>',
    );
    expect(xml).toContain('type="ERR_DEVICE_LOST"');
    expect(xml).toContain('type="not-run"');
  });

  it('keeps phones apart in the identity of a case, and marks virtual ones', () => {
    const phones = [samplePhone(), samplePhone({ alias: 'iphone', udid: 'X', virtual: false })];
    const xml = junitXml(reportedRun(sampleRecord(['a/b'], phones), []));
    expect(xml).toContain('classname="pixel.a"');
    expect(xml).toContain('classname="iphone.a"');
    expect(xml).toContain('pixel (android-tee, virtual)');
    expect(xml).toContain('iphone (android-tee)');
  });

  it('shows a pair that does not apply as skipped, with the fact', () => {
    const plan = {
      ...sampleRecord(['a/b']).plan,
      unmatched: [{ scenarioId: 'a/c', phoneAlias: 'pixel', why: 'needs strongbox true' }],
    };
    const xml = junitXml(sampleRun({ 'a/b': met }, [], { plan }));
    expect(xml).toContain('skipped="1"');
    expect(xml).toContain('not planned: needs strongbox true');
  });

  it('gives the same bytes for the same run', () => {
    const xml = (): string => junitXml(sampleRun({ 'a/b': falseAccept }));
    expect(xml()).toBe(xml());
  });
});

describe('summaryMarkdown', () => {
  it('says the verdict first, then what was unexpected with all five facts', () => {
    const gate = { exit: 1, reasons: ['falseAccept: a/b on pixel: verdict'] } as const;
    const lines = summaryMarkdown(sampleRun({ 'a/b': falseAccept, 'a/c': met }, [], { gate }));
    expect(lines.split('\n')[0]).toBe('# FAILED (exit 1): 1 of 2 jobs as expected');
    expect(lines).toContain(
      '- **falseAccept** a/b on pixel (virtual): `android-key/challenge-matches` expected failed, actual passed',
    );
  });

  it('says on its face which phones are virtual, and the time scale', () => {
    const text = summaryMarkdown(sampleRun({ 'a/b': met }));
    expect(text).toContain('**1 of 1 phones are virtual**');
    expect(text).toContain('time scale 0.05');
  });

  it('does not call a run that was cut off passed', () => {
    const text = summaryMarkdown(sampleRun({}, [], { gate: null, finishedAt: null }));
    expect(text.split('\n')[0]).toBe('# NOT FINISHED: 0 of 0 jobs as expected');
  });

  it('stays within 40 lines however much went wrong', () => {
    const outcomes = Array.from({ length: 60 }, (_, i) => [`f${i}/s`, differing(3)] as const);
    const many = Array.from({ length: 40 }, (_, i) => measurement(i, `level-${i}`));
    const gate = { exit: 1, reasons: Array.from({ length: 200 }, () => 'W-1 expired') } as const;
    const base = sampleRecord(outcomes.map(([id]) => id));
    const plan = { ...base.plan, uncovered: Array.from({ length: 50 }, (_, i) => `x/${i}`) };
    const drifted = samplePhone({
      drift: [{ fact: 'strongbox', declared: false, measured: true }],
    });
    const record = { gate, plan, phones: [drifted] };
    const run = sampleRun(Object.fromEntries(outcomes), many, record);
    const notes = Array.from({ length: 9 }, (_, i) => `note ${i}`);
    const lines = summaryMarkdown({ ...run, notes })
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines).toContainEqual(expect.stringMatching(/^- and \d+ more in junit.xml$/));
    expect(lines).toContainEqual(expect.stringContaining('Drift from the declared class'));
  });

  it('keeps a hostile text inside its line and its cell', () => {
    const text = summaryMarkdown(sampleRun({ 'a/b': differing(1) }));
    expect(text).toContain("actual a/b 'c'");
  });

  it('names the gate reasons that no job explains', () => {
    const gate = { exit: 4, reasons: ['ERR_APPIUM_UNAVAILABLE: no server'] } as const;
    expect(summaryMarkdown(sampleRun({ 'a/b': met }, [], { gate }))).toContain(
      '- ERR_APPIUM_UNAVAILABLE: no server',
    );
  });

  it('gives the command that replays the appraisal of what went wrong', () => {
    const appraisal = (scenario: string): JournalEntry => ({
      type: 'appraisal',
      phone: 'pixel',
      scenario,
      subject: null,
      purpose: 'tls',
      format: 'android-key',
      verdict: 'accepted',
      file: 'evidence/pixel/1.json',
      fileSha256: 'a'.repeat(64),
      resultSha256: 'b'.repeat(64),
    });
    const run = sampleRun({ 'a/b': met, 'a/c': falseAccept }, [appraisal('a/b'), appraisal('a/c')]);
    expect(summaryMarkdown(run)).toContain('replay-line 20261123T220000Z-abcdef 4`');
  });
});

describe('terminalTable', () => {
  it('fits 80 columns, whatever the names and texts', () => {
    const long = samplePhone({
      alias: 'a-very-long-alias-of-a-phone-in-a-lab',
      class: 'c'.repeat(50),
    });
    const run = reportedRun(
      sampleRecord(['a/b'], [long]),
      sampleJournal([outcomeEntry('a/b', differing(2), long.alias)]),
    );
    const widths = terminalTable(run)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBe(80);
  });

  it('shows counts by phone, what was unexpected, and the verdict last', () => {
    const gate = { exit: 1, reasons: [] } as const;
    const text = terminalTable(sampleRun({ 'a/b': met, 'a/c': falseAccept }, [], { gate }));
    expect(text).toMatch(/^pixel \* +android-tee +1 +0 +1 +0 +0 +3\.0 s$/m);
    expect(text).toContain('falseAccept: a/c on pixel (android-tee)\n');
    expect(text).toContain('  expected: failed\n  actual:   passed\n');
    expect(text.trimEnd().split('\n').at(-1)).toBe('FAILED (exit 1): 1 of 2 jobs as expected');
  });

  it('masks identifiers itself', () => {
    expect(terminalTable(sampleRun({ 'a/b': lost }))).not.toContain('R5CT1234ABC');
  });
});

describe('a run of 8 phones, 8 classes and 55 scenarios', () => {
  const run = wideRun();

  it('has a summary of at most 40 lines that names every floor, class and what fills its budget', () => {
    const text = summaryMarkdown(run);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    for (const { id } of FLOORS) expect(text).toMatch(new RegExp(`${id} \\d+/\\d+`));
    for (const { class: name } of run.record.phones) expect(text).toContain(String(name));
    expect(text).toContain(
      '3 of 41 budgets exceeded; all 57 latencies by class are in matrix.html',
    );
    expect(text).toContain('time scale 0.05');
    expect(text).toContain('| 1082 of 900, exceeded | 1082 of 2500 |');
  });

  it('fits a terminal of 80 columns and cuts no class of 24 letters', () => {
    const text = terminalTable(run);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    for (const { class: name } of run.record.phones) {
      expect(lines.slice(2, 10).some((line) => line.includes(` ${String(name)} `))).toBe(true);
    }
    expect(text).toContain('\ncost: 3 of 41 over budget; fullest 120 %: appattest.attest\n');
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
      'name="cost.key.sign.secure-enclave.medianMs" value="20.4"',
      'name="cost.key.sign.secure-enclave.medianBudgetMs" value="120"',
      'name="cost.key.sign.secure-enclave.worstBudgetMs" value="400"',
      'name="cost.appattest.attest.worstMs" value="1002"',
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
    const { files } = writeReports(sampleRun({ 'a/b': lost }), folder, [
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
    const { errors, notes } = writeReports(sampleRun({}), '/nonexistent', [junitReport]);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE', exit: 4 })]);
    expect(notes[0]).toMatch(/^junit was not written: \/nonexistent\/junit.xml: ENOENT/);
  });

  it('writes the other reports where one cannot be written, and says so in the summary', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    // A file that nobody can write, root included.
    mkdirSync(join(folder, 'matrix.html'));
    const reports = [matrixReport, junitReport, summaryReport];
    const { files, errors } = writeReports(sampleRun({ 'a/b': met }), folder, reports);
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
    expect(() => writeReports(sampleRun({ 'a/b': met }), folder, [broken, junitReport])).toThrow(
      'a bug',
    );
    expect(readdirSync(folder)).toEqual(['junit.xml']);
  });

  it('carries what a report says of itself into the summary and to the caller', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
    const note = 'Allure page not rendered: Java was not found';
    const page: Report = { name: 'page', write: () => ({ files: [], notes: [note] }) };
    const run = sampleRun({ 'a/b': met });
    const { notes } = writeReports(run, folder, [page, summaryReport]);
    expect(notes).toEqual([note]);
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain(note);
    expect(terminalTable({ ...run, notes })).toContain(`- ${note}`);
  });
});

describe('recordSchemaFiles', () => {
  it('publishes the schemas of record and journal', () => {
    expect([...recordSchemaFiles().keys()]).toEqual([
      'run.schema.json',
      'journal-line.schema.json',
    ]);
  });
});
