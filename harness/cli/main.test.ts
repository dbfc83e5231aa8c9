import { describe, expect, it } from 'vitest';
import { productVersion } from '../product.js';
import { command } from './testing/captured-terminal.js';

describe('attestlab', () => {
  it('shows its verbs and exit codes with help, and exits 0', async () => {
    const { exit, out, err } = await command('help');
    expect(exit).toBe(0);
    expect(err).toBe('');
    for (const verb of ['nightly', 'appraise', 'corpus', 'selftest', 'doctor', 'lab']) {
      expect(out).toMatch(new RegExp(`^ {2}${verb}\\b`, 'm'));
    }
    expect(out).toMatch(/Exit codes:\n {2}0 /);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('shows its version', async () => {
    expect(await command('--version')).toMatchObject({ exit: 0, out: `${productVersion}\n` });
  });

  it.each([
    [[]],
    [['no-such-verb']],
    [['nightly', '--no-such-option']],
    [['nightly', '--probe', 'swift']],
    [['corpus']],
    [['lab']],
  ])('exits 2, with help on stderr, for %j', async (args) => {
    const { exit, out, err } = await command(...args);
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it.each([['0'], ['-1'], ['1.5'], ['last']])(
    'refuses "%s" as a line of a journal',
    async (line) => {
      const { exit } = await command('replay-line', 'reports/latest', '--', line);
      expect(exit).toBe(2);
    },
  );

  it('names the places where it looked for a run', async () => {
    const { exit, err } = await command('replay-line', 'no-such-run', '1');
    expect(exit).toBe(2);
    expect(err).toMatch(/no journal\.jsonl in no-such-run or reports\/runs\/no-such-run/);
  });

  it('shows the shipped lab with its virtual phones', async () => {
    const { exit, out } = await command('lab', 'show', '--json');
    expect(exit).toBe(0);
    const { phones } = JSON.parse(out) as { phones: { alias: string; virtual: boolean }[] };
    expect(phones.length).toBeGreaterThan(1);
    expect(phones.every(({ virtual }) => virtual)).toBe(true);
    expect((await command('lab', 'show')).out).toMatch(/virtual\n/);
  });

  it('names the file of a lab that cannot be read', async () => {
    const { exit, err } = await command('lab', 'show', '--lab', '/no/such/lab');
    expect(exit).toBe(2);
    expect(err).toMatch(/error: .*\/no\/such\/lab.*\nremedy: .*\ncode: ERR_FILE_UNREADABLE/);
  });
});
