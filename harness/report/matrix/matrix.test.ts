import { describe, expect, it } from 'vitest';
import { inconclusive } from '../../expectation/outcome.js';
import { budgetShare, costRows, isOverBudget } from '../cost.js';
import { reportedRun } from '../read-run.js';
import type { JournalEntry } from '../record.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
  sampleRun,
} from '../testing/sample-run.js';
import { wideRun } from '../testing/wide-run.js';
import { matrixOf } from './model.js';
import { matrixPage } from './page.js';

function answered(scenario: string, name: string, status: number): JournalEntry {
  const observation = { kind: 'response', status, code: null, checks: [] } as const;
  return { type: 'observation', phone: 'pixel', scenario, name, observation, outcome: met };
}

describe('matrixOf', () => {
  it('tells an expected refusal from an acceptance by what the story ends in', () => {
    const run = sampleRun({ 'a/replayed': met, 'a/corrected': met }, [
      answered('a/replayed', 'first', 200),
      answered('a/replayed', 'again', 409),
      answered('a/corrected', 'stale', 403),
      answered('a/corrected', 'corrected', 200),
    ]);
    expect(matrixOf(run).rows[0]?.cells[0]?.counts).toEqual([
      ['refused', 1],
      ['met', 1],
    ]);
  });

  it('shows the worst phone of a class, whichever comes first', () => {
    const phones = [samplePhone(), samplePhone({ alias: 'galaxy', udid: 'X' })];
    const outcomes = [met, falseAccept];
    for (const pair of [outcomes, [...outcomes].reverse()]) {
      const lines = pair.map((one, index) => outcomeEntry('a/b', one, phones[index]?.alias));
      const run = reportedRun(sampleRecord(['a/b'], phones), sampleJournal(lines));
      expect(matrixOf(run).rows[0]?.cells[0]).toMatchObject({
        state: 'false-accept',
        isQuiet: false,
      });
    }
  });

  it('never counts a lost phone as a refusal', () => {
    const run = sampleRun({ 'a/b': inconclusive(new Error('gone')) }, [answered('a/b', 'x', 403)]);
    expect(matrixOf(run).rows[0]?.cells[0]?.state).toBe('inconclusive');
  });

  it('has the floors in their order, and a class that drifted as what it measured', () => {
    const matrix = matrixOf(wideRun());
    expect(matrix.floors.map(({ id }) => id).slice(0, 3)).toEqual([
      'hardware-keys',
      'pinning',
      'mutual-tls',
    ]);
    expect(matrix.rows.map(({ className }) => className)).toContain('android-rooted');
    expect(matrix.rows).toHaveLength(8);
  });
});

describe('matrixPage', () => {
  const page = matrixPage(wideRun());

  it('escapes what phones and files say', () => {
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script>alert(1)&lt;/script>');
    expect(page).toContain('&lt;b>a book&lt;/b>');
  });

  it('forbids the browser to fetch anything, and names nothing to fetch', () => {
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/,
    );
    expect(page).not.toMatch(/\b(?:src|srcset)=|@import|url\(/);
  });

  it('marks virtual phones and no real one', () => {
    const [, ...after] = page.split('role="rowheader"');
    const rows = after.map((text) => text.split('role="cell"')[0] ?? '');
    const ofPhone = (alias: string): string => rows.find((text) => text.includes(alias)) ?? '';
    expect(ofPhone('phone-0')).toContain('class="virtual"');
    expect(ofPhone('phone-1')).toContain('android-tee');
    expect(ofPhone('phone-1')).not.toContain('class="virtual"');
  });

  it('does not call a run that was cut off passed', () => {
    expect(matrixPage(sampleRun({}, [], { gate: null, finishedAt: null }))).toContain(
      '<span class="verdict">Not finished</span>',
    );
  });

  it('says in the cell which fact keeps a floor from applying, and in the row what drifted', () => {
    const rows = page.split('role="rowheader"');
    const strongbox = rows.find((text) => text.includes('>android-strongbox<')) ?? '';
    expect(strongbox).toContain('<span class="why-not">needs rooted true</span>');
    const rooted = rows.find((text) => text.includes('>android-rooted<')) ?? '';
    expect(rooted).toContain('drift from android-tee:');
    expect(rooted).toContain('rooted is true, declared false');
    expect(rooted).not.toContain('needs rooted true');
  });

  it('shows what somebody has to look at before what was as expected', () => {
    const row =
      page.split('role="rowheader"').find((text) => text.includes('>android-leaked-keybox<')) ?? '';
    const states = [...row.matchAll(/<article class="scenario tone-([a-z-]+)/g)].map(
      ([, one]) => one,
    );
    expect(states).toContain('false-accept');
    expect(states[states.indexOf('false-accept') + 1]).toBe('refused');
  });

  it('is of a size to send around, though it holds every check and claim of 8 x 55', () => {
    expect(page.length).toBeGreaterThan(1_000_000);
    expect(page.length).toBeLessThan(2_000_000);
  });

  it('links references that have a page', () => {
    expect(page).toContain('href="https://mas.owasp.org/MASVS/controls/MASVS-RESILIENCE-1/"');
  });
});

describe('costRows', () => {
  it('holds the worst of each class and level against the budget of its expectation', () => {
    const measured = (ms: number): JournalEntry => ({
      ...{ type: 'measurement', phone: 'pixel', scenario: 'cost/keys' },
      ...{ operation: 'key.generate', level: 'tee', ms },
    });
    const judged: JournalEntry = {
      ...{ type: 'observation', phone: 'pixel', scenario: 'cost/keys', name: 'generate' },
      observation: { kind: 'measurement', operation: 'key.generate', level: 'tee', ms: 120 },
      expected: { kind: 'measurement', operation: 'key.generate', level: 'tee', budgetMs: 100 },
      outcome: falseAccept,
    };
    const rows = costRows(sampleRun({ 'cost/keys': met }, [measured(50), measured(120), judged]));
    expect(rows).toMatchObject([
      { className: 'android-tee', level: 'tee', medianMs: 85, worstMs: 120, worstBudgetMs: 100 },
    ]);
    expect(rows.map(isOverBudget)).toEqual([true]);
  });

  it('holds a median against the budget of medians, and the worst against its own', () => {
    const budget = (word: string, ms: number, budgetMs: number): JournalEntry => ({
      ...{ type: 'observation', phone: 'pixel', scenario: 'cost/keys', name: `sign-${word}` },
      observation: { kind: 'measurement', operation: 'key.sign', level: null, ms },
      expected: { kind: 'measurement', operation: 'key.sign', level: null, budgetMs },
      outcome: met,
    });
    const measured = [10, 90].map((ms): JournalEntry => ({
      ...{ type: 'measurement', phone: 'pixel', scenario: 'cost/keys' },
      ...{ operation: 'key.sign', level: null, ms },
    }));
    const [row, ...others] = costRows(
      sampleRun({ 'cost/keys': met }, [
        ...measured,
        budget('median', 50, 60),
        budget('worst', 90, 100),
      ]),
    );
    expect(others).toEqual([]);
    expect(row).toMatchObject({ medianBudgetMs: 60, worstBudgetMs: 100 });
    expect(row === undefined ? null : isOverBudget(row)).toBe(false);
    expect(row === undefined ? null : budgetShare(row)).toBe(0.9);
  });

  it('holds what another scenario measured against no budget, however long it took', () => {
    const measured = (scenario: string, ms: number): JournalEntry => ({
      ...{ type: 'measurement', phone: 'pixel', scenario },
      ...{ operation: 'key.generate', level: 'software', ms },
    });
    const judged: JournalEntry = {
      ...{ type: 'observation', phone: 'pixel', scenario: 'cost/keys', name: 'generate' },
      observation: { kind: 'measurement', operation: 'key.generate', level: 'software', ms: 50 },
      expected: {
        ...{ kind: 'measurement', operation: 'key.generate', level: 'software' },
        budgetMs: 100,
      },
      outcome: met,
    };
    const rows = costRows(
      sampleRun({ 'cost/keys': met, 'hardware-keys/rsa': met }, [
        measured('cost/keys', 50),
        judged,
        measured('hardware-keys/rsa', 900),
      ]),
    );
    expect(rows).toMatchObject([
      { measuredIn: 'cost-scenarios', worstMs: 50, worstBudgetMs: 100 },
      { measuredIn: 'other-scenarios', worstMs: 900, worstBudgetMs: null },
    ]);
    expect(rows.map(isOverBudget)).toEqual([false, false]);
  });
});
