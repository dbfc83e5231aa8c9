import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
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

/** The number under which this process has a file open. */
function openFileOf(wanted: string): number {
  const open = readdirSync('/proc/self/fd').find((one) => {
    try {
      return readlinkSync(`/proc/self/fd/${one}`) === wanted;
    } catch {
      return false;
    }
  });
  if (open === undefined) throw new Error(`${wanted} is not open`);
  return Number(open);
}

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

  it('has everyone wait for what was appended before they asked', async () => {
    const journal = openJournal(path, clock);
    await journal.synced();
    journal.append(started);
    const first = journal.synced();
    journal.append({ ...started, scenario: 'a/c' });
    const [second, third] = [journal.synced(), journal.synced()];
    await Promise.all([first, second, third]);
    journal.append({ ...started, scenario: 'a/d' });
    await journal.synced();
    journal.close();
    expect(readJournal(path)).toHaveLength(3);
  });

  it('that could not reach the disk never says that it has', async (context) => {
    if (process.platform !== 'linux') return context.skip();
    const journal = openJournal(path, clock);
    journal.append(started);
    closeSync(openFileOf(path));
    await expect(journal.synced()).rejects.toMatchObject({ code: 'ERR_FILE_UNWRITABLE' });
    await expect(journal.synced()).rejects.toMatchObject({ code: 'ERR_FILE_UNWRITABLE' });
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
});
