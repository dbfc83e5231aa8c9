import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { createAppraisalRecorder } from '../run/appraisal-recorder.js';
import { openJournal } from '../run/journal.js';
import { replayAll } from '../run/replay-all.js';
import { createRunFolder } from '../run/run-folder.js';
import { encodeTrust } from '../run/trust-record.js';
import { BASELINE, createVerifier, encodeAppraisal } from '../verifier/index.js';
import { mintAndroidChain, TEST_ANCHOR, TEST_NOW } from '../verifier/testing/mint-android-chain.js';
import { emptyTrust } from '../verifier/testing/test-appraisal.js';
import { command, type CommandResult } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-replay-'));
const trust = { ...emptyTrust, androidAnchors: [TEST_ANCHOR] };
const evidence = parseAndroidKey(mintAndroidChain());
const good = { evidence, expected: {}, policy: BASELINE, now: TEST_NOW };
const bad = { ...good, expected: { challenge: Uint8Array.of(1) } };
const line = (input: typeof bad | typeof good, verdict: string): string =>
  JSON.stringify({ input: encodeAppraisal(input), result: { verdict } });

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function stored(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
  return file;
}

function replay(...args: readonly string[]): Promise<CommandResult> {
  return command('replay', '--workers', '2', ...args);
}

describe('a file of records', () => {
  it.each([[false], [true]])('is counted over threads, with a memo: %s', async (memo) => {
    const lines = [line(good, 'accepted'), line(bad, 'rejected'), line(good, 'rejected')];
    const file = stored('many.jsonl', Array.from({ length: 60 }, () => lines).flat());
    const seen: number[] = [];
    const tally = await replayAll(
      { kind: 'records', file, trust: encodeTrust(trust) },
      { workers: 2, memo, onProgress: ({ appraisals }) => seen.push(appraisals) },
    );
    expect(tally).toMatchObject({
      appraisals: 180,
      verdicts: { accepted: 120, rejected: 60, indeterminate: 0 },
      ...{ differing: 60, otherwise: 0, unrecorded: 0 },
    });
    expect(tally.examples).toHaveLength(20);
    expect(tally.examples.slice(0, 2)).toEqual([
      { line: 3, recorded: 'rejected', now: 'accepted' },
      { line: 6, recorded: 'rejected', now: 'accepted' },
    ]);
    expect(seen.at(-1)).toBe(180);
  });

  // By the shipped trust a test vendor's chain is always refused.
  it('exits 0 where every verdict is as recorded', async () => {
    const file = stored('same.jsonl', [line(good, 'rejected'), '', line(bad, 'rejected')]);
    expect(await replay(file)).toMatchObject({
      exit: 0,
      out: '2 appraisals: 0 accepted, 2 rejected, 0 indeterminate\n0 verdicts differ from the record\n',
    });
  });

  it('exits 1 where a verdict is another, and names the line', async () => {
    const file = stored('other.jsonl', [line(good, 'rejected'), line(good, 'accepted')]);
    const { exit, out } = await replay(file);
    expect(exit).toBe(1);
    expect(out).toContain(
      '1 verdicts differ from the record\n  line 2: was accepted, now rejected',
    );
  });

  it('says where inputs alone record no verdict', async () => {
    const file = stored('inputs.jsonl', [JSON.stringify(encodeAppraisal(good))]);
    const { exit, out } = await replay(file);
    expect([exit, out]).toEqual([0, expect.stringContaining('1 lines record no verdict')]);
  });

  it.each([
    ['that is no JSON', '{'],
    ['that is no record', '{"something":1}'],
    ['whose input is none', '{"input":{"version":1}}'],
    ['whose verdict is none', line(good, 'splendid')],
  ])('exits 2 for a line %s, and names it', async (_, text) => {
    const file = stored('broken.jsonl', [line(good, 'rejected'), text]);
    const { exit, err } = await replay(file);
    expect([exit, err]).toEqual([2, expect.stringContaining('broken.jsonl:2: ')]);
  });

  it.each([
    ['a record that is not there', ['absent']],
    ['a file without a record', [stored('empty.jsonl', [])]],
    [
      'threads that are no number',
      [stored('one.jsonl', [line(bad, 'rejected')]), '--workers', '0'],
    ],
  ])('exits 2 for %s', async (_, args) => {
    expect((await replay(...args)).exit).toBe(2);
  });
});

describe('a run', () => {
  it('is judged by the trust and compared with the bytes that it recorded', async () => {
    const run = createRunFolder(join(folder, 'reports'), TEST_NOW);
    run.storeText('trust.json', encodeTrust(trust));
    const journal = openJournal(run.file('journal.jsonl'), () => TEST_NOW);
    const unwritable = (): never => {
      throw new Error('an appraisal was not written');
    };
    const recorder = createAppraisalRecorder({
      ...{ folder: run, journal, onUnwritable: unwritable },
      conductor: { activeScenario: () => 'attestation/issuance', unrecorded: unwritable },
    });
    const event = { exchangeId: '1', subject: 's', purpose: 'tls' } as const;
    for (const input of [good, bad]) {
      const result = createVerifier({ trust }).appraise(input);
      recorder.record({ ...event, input, result }, null);
    }
    const older = { ...createVerifier({ trust }).appraise(good), verifierVersion: '0.0.1' };
    recorder.record({ ...event, input: good, result: older }, null);
    journal.close();
    expect(await replay(run.path)).toMatchObject({
      exit: 0,
      out:
        '3 appraisals: 2 accepted, 1 rejected, 0 indeterminate\n' +
        '0 verdicts differ from the record\n' +
        '1 results differ in other words, not in their verdict\n',
    });
    const { exit, err } = await replay(run.path, '--trust', folder);
    expect([exit, err]).toEqual([2, expect.stringContaining('the trust that it recorded')]);
  });
});
