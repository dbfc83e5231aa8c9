import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../report/read-run.js';
import type { AppraisalLine } from '../report/record.js';
import { testVendors } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { recordedInput } from './recorded-input.js';
import { replayAppraisal, replayLine } from './replay.js';
import { recordTestRun } from './testing/recorded-run.js';

const reports = mkdtempSync(join(tmpdir(), 'attestlab-recorded-'));
let run = '';
let lines: readonly AppraisalLine[] = [];

beforeAll(async () => {
  run = await recordTestRun(reports, { good: testVendors(), unlocked: testVendors() });
  lines = readJournal(join(run, 'journal.jsonl')).flatMap((line) =>
    line.type === 'appraisal' ? [line] : [],
  );
});

afterAll(() => {
  rmSync(reports, { recursive: true });
});

function lineOf(phone: string): AppraisalLine {
  const found = lines.find((line) => line.phone === phone);
  if (found === undefined) throw new Error(`nothing of ${phone} was recorded`);
  return found;
}

describe('a recorded appraisal', () => {
  it('is a line of its phone’s file, and comes out the same', () => {
    for (const phone of ['good', 'unlocked']) {
      const line = lineOf(phone);
      expect(line.file).toBe(`evidence/${phone}/appraisals.jsonl`);
      const text = readFileSync(join(run, line.file), 'utf8');
      expect(line.part).toEqual({ offset: 0, bytes: Buffer.byteLength(text) });
      expect(text.endsWith('\n')).toBe(true);
      expect(replayAppraisal(run, line.seq)).toMatchObject({
        same: true,
        result: { verdict: phone === 'good' ? 'accepted' : 'rejected' },
      });
    }
  });

  it('is found behind others', () => {
    const line = lineOf('good');
    const first = readFileSync(join(run, line.file));
    const second = readFileSync(join(run, lineOf('unlocked').file));
    writeFileSync(join(run, 'both.jsonl'), Buffer.concat([first, second]));
    const part = { offset: first.length, bytes: second.length };
    const moved = { ...lineOf('unlocked'), file: 'both.jsonl', part };
    expect(recordedInput(run, moved)).toEqual(recordedInput(run, lineOf('unlocked')));
  });

  it('is read from a file of its own where an older release recorded it', () => {
    const { part, ...older } = lineOf('good');
    expect(part).toBeDefined();
    expect(recordedInput(run, older)).toEqual(recordedInput(run, lineOf('good')));
  });

  it.each([
    ['other bytes', { offset: 1, bytes: 20 }],
    ['a part that the file has not', { offset: 1_000_000, bytes: 20 }],
  ])('is refused for %s', (_, part) => {
    const line = { ...lineOf('good'), part };
    expect(() => recordedInput(run, line)).toThrow(
      `appraisals.jsonl, at byte ${part.offset}: is not what the run recorded`,
    );
  });

  it('is refused where its file is gone', () => {
    expect(() => recordedInput(run, { ...lineOf('good'), file: 'gone.jsonl' })).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNREADABLE' }),
    );
  });
});

describe('the evidence of a line', () => {
  function replayTo(evidenceFile: string | null): { readonly exit: number; readonly out: string } {
    let out = '';
    const place = { run, line: lineOf('good').seq, evidenceFile };
    const exit = replayLine(place, { out: (text) => void (out += text) });
    return { exit, out };
  }

  it('is written where it is asked for, for its owner and for other tools', () => {
    const file = join(reports, 'chain.pem');
    const { exit, out } = replayTo(file);
    expect(exit).toBe(0);
    expect(out).toMatch(/^evidence .*chain\.pem, \d+ bytes as in a file \*\.pem$/m);
    expect(new X509Certificate(readFileSync(file)).subject).toContain('CN=Android Keystore Key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(replayTo(null).out).not.toContain('evidence');
  });

  it('replaces no file', () => {
    const file = join(reports, 'there.pem');
    writeFileSync(file, 'x');
    expect(() => replayTo(file)).toThrow(expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }));
    expect(readFileSync(file, 'utf8')).toBe('x');
  });
});
