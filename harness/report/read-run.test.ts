import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { inconclusive } from '../expectation/outcome.js';
import { cleaner, maskRun } from './masking.js';
import { readRun, reportedRun } from './read-run.js';
import type { JournalEntry } from './record.js';
import { recordSchemaFiles } from './record-schemas.js';
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

describe('recordSchemaFiles', () => {
  it('publishes the schemas of record and journal', () => {
    expect([...recordSchemaFiles().keys()]).toEqual([
      'run.schema.json',
      'journal-line.schema.json',
    ]);
  });
});
