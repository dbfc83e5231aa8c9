import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import type { ObservationOf } from '../expectation/observation.js';
import { inconclusive, notRun, type Outcome } from '../expectation/outcome.js';
import { junitXml } from './junit.js';
import { latencyRows } from './latency.js';
import { maskRun } from './masking.js';
import { matrixPage } from './matrix/page.js';
import { reportedRun } from './read-run.js';
import type { JournalEntry } from './record.js';
import { summaryMarkdown } from './summary.js';
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

  it('names what ran the probe of a phone, and what it could not be asked', () => {
    const runtime = { flavour: 'jvm', tlsProvider: 'Conscrypt 2.6.2', java: '17.0.15' } as const;
    const phone = { ...samplePhone(), runtime };
    const record = sampleRecord(['a/b'], [phone]);
    const pair = { scenarioId: 'a/c', phoneAlias: phone.alias, why: 'needs another app' };
    const plan = { ...record.plan, unmatched: [{ ...pair, unsupported: true } as const] };
    const run = reportedRun({ ...record, plan }, sampleJournal([outcomeEntry('a/b', met)]));
    for (const text of [terminalTable(run), summaryMarkdown(run)]) {
      expect(text).toContain('Kotlin probe (jvm, Java 17.0.15, TLS by Conscrypt 2.6.2): pixel\n');
      expect(text).toContain('unsupported on pixel: a/c needs another app\n');
    }
    expect(junitXml(run)).toContain('value="jvm, Java 17.0.15, TLS by Conscrypt 2.6.2"');
    expect(terminalTable(sampleRun({ 'a/b': met }))).not.toContain('Kotlin');
  });

  it('masks identifiers itself', () => {
    expect(terminalTable(sampleRun({ 'a/b': lost }))).not.toContain('R5CT1234ABC');
  });

  it('says of a risk signal that was not as expected what explains it', () => {
    const signal: ObservationOf<'signals'>['signals'][number] = {
      id: 'clock-drift',
      status: 'measured',
      ...{ value: 900, unit: 'ms per hour', threshold: 720 },
      raisedWhen: 'beyond',
      ...{ samples: 14, minimumSamples: 8, raised: true },
      explanation: 'its clock gains 900 ms per hour',
    };
    const difference = {
      ...{ path: 'signals.clock-drift', check: null, expected: 'quiet', actual: 'raised' },
    };
    const outcome = { outcome: 'unmet', kind: 'other', differences: [difference] } as const;
    const seen: JournalEntry = {
      ...{ type: 'observation', phone: 'pixel', scenario: 'a/b', name: 'signals', outcome },
      observation: { kind: 'signals', signals: [signal] },
      expected: { kind: 'signals', raised: [], quiet: ['clock-drift'] },
    };
    const run = sampleRun({ 'a/b': outcome }, [seen]);
    for (const text of [terminalTable(run), summaryMarkdown(run), junitXml(run)]) {
      expect(text.replace(/\s+/g, ' ')).toContain('raised: its clock gains 900 ms per hour');
    }
    const page = matrixPage(maskRun(run));
    expect(page).toMatch(/<details class="more" open><summary>1 signals: 1 raised/);
  });
});
