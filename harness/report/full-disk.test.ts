import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openJournal } from '../run/journal.js';
import { readJournal } from './read-run.js';
import { RECORD_REPORTS, writeReports } from './report.js';
import { met, outcomeEntry } from './testing/sample-run.js';
import { wideRun } from './testing/wide-run.js';

const mounted: string[] = [];

/** A disk of a given size; null where this machine lets nobody mount one. */
function smallDisk(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status !== 0) return null;
  mounted.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
});

describe('on a full disk,', () => {
  it('small reports are whole, large ones absent, and the summary says which', (context) => {
    const folder = smallDisk('128k');
    if (folder === null) return context.skip();
    const { files, errors } = writeReports(
      wideRun(),
      { folder, appraised: () => null },
      RECORD_REPORTS,
    );
    expect(files).toEqual(['junit.xml', 'summary.md']);
    expect(errors.map(({ code }) => code)).toEqual(['ERR_FILE_UNWRITABLE', 'ERR_FILE_UNWRITABLE']);
    expect(readdirSync(folder).sort()).toEqual(['junit.xml', 'summary.md']);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8').trimEnd()).toMatch(/<\/testsuites>$/);
    const summary = readFileSync(join(folder, 'summary.md'), 'utf8');
    for (const name of ['matrix', 'allure-results']) {
      expect(summary).toMatch(new RegExp(`- ${name} was not written: .*ENOSPC`));
    }
  });

  it('a journal keeps every line that was written, and no part of one that was not', (context) => {
    const folder = smallDisk('16k');
    if (folder === null) return context.skip();
    const file = join(folder, 'journal.jsonl');
    const journal = openJournal(file, () => new Date(0));
    const append = (): unknown => journal.append(outcomeEntry(`a/${'b'.repeat(900)}`, met));
    expect(() => {
      for (let line = 0; line < 100; line++) append();
    }).toThrow(/journal.jsonl: ENOSPC/);
    journal.close();
    expect(readFileSync(file, 'utf8')).toMatch(/}\n$/);
    expect(readJournal(file)).toEqual(journal.lines);
    expect(journal.lines.length).toBeGreaterThan(5);
  });
});
