import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../report/read-run.js';
import { openJournal } from './journal.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-journal-'));
  path = join(folder, 'journal.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const clock = (): Date => new Date('2026-11-23T01:02:03.004Z');
const started = { type: 'scenario-started', phone: 'p', scenario: 'a/b' } as const;

describe('a journal', () => {
  it('numbers its lines from 1 and dates each', () => {
    const journal = openJournal(path, clock);
    journal.append(started);
    journal.append({ ...started, scenario: 'a/c' });
    journal.close();
    expect(readJournal(path)).toEqual([
      { ...started, seq: 1, at: '2026-11-23T01:02:03.004Z' },
      { ...started, scenario: 'a/c', seq: 2, at: '2026-11-23T01:02:03.004Z' },
    ]);
  });

  it('has a line on the disk as soon as it is appended', () => {
    const journal = openJournal(path, clock);
    journal.append(started);
    expect(readFileSync(path, 'utf8')).toContain('"scenario-started"');
    journal.close();
  });

  it('holds a measurement before the line that follows it', () => {
    const journal = openJournal(path, clock);
    const measurement = { operation: 'key.sign', level: null, ms: 3 } as const;
    journal.append({ type: 'measurement', phone: 'p', scenario: 'a/b', ...measurement });
    journal.append(started);
    journal.close();
    expect(readJournal(path).map(({ type }) => type)).toEqual(['measurement', 'scenario-started']);
  });

  it('is readable by its owner alone', () => {
    openJournal(path, clock).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('never overwrites an earlier one', () => {
    openJournal(path, clock).close();
    expect(() => openJournal(path, clock)).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }),
    );
  });

  it('is read without a last line that was cut off', () => {
    const journal = openJournal(path, clock);
    journal.append(started);
    journal.close();
    appendFileSync(path, '{"seq":2,"at":"2026-');
    expect(readJournal(path)).toHaveLength(1);
  });

  it('is refused with its place where a line in the middle is broken', () => {
    const journal = openJournal(path, clock);
    journal.append(started);
    journal.close();
    appendFileSync(path, '{"seq":2}\n');
    expect(() => readJournal(path)).toThrow(`${path}:2`);
  });

  it('holds back what cannot be written, and says why', () => {
    const journal = openJournal(path, clock);
    // Nothing can be written any more.
    journal.close();
    expect(() => journal.append(started)).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }),
    );
    journal.keep(started);
    journal.keep({ ...started, scenario: 'a/c' });
    expect(journal.lines).toEqual([]);
    expect(journal.unwritten.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(journal.failure?.message).toContain(path);
    journal.writeUnwritten();
    expect(journal.unwritten).toHaveLength(2);
  });

  it('refuses a line that does not fit the schema', () => {
    const journal = openJournal(path, clock);
    expect(() => journal.append({ ...started, phone: '' })).toThrow();
    expect(readFileSync(path, 'utf8')).toBe('');
    journal.close();
  });
});
