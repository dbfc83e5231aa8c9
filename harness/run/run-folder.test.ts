import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { createRunFolder } from './run-folder.js';
import { takeRunLock } from './run-lock.js';

let reports: string;

beforeEach(() => {
  reports = mkdtempSync(join(tmpdir(), 'attestlab-reports-'));
});

afterEach(() => {
  rmSync(reports, { recursive: true });
});

const at = new Date('2026-11-23T01:02:03Z');

describe('a run folder', () => {
  it('is named by its start and is its owner alone to open', () => {
    const run = createRunFolder(reports, at);
    expect(run.id).toMatch(/^20261123T010203Z-[0-9a-f]{6}$/);
    expect(statSync(run.path).mode & 0o777).toBe(0o700);
    const { file } = run.storeEvidence('pixel', '1.json', '{}');
    expect(statSync(run.file(file)).mode & 0o777).toBe(0o600);
    expect(statSync(run.file('evidence/pixel')).mode & 0o777).toBe(0o700);
  });

  it('is not shared by two runs of one second', () => {
    expect(createRunFolder(reports, at).id).not.toBe(createRunFolder(reports, at).id);
  });

  it('gives the hash of the evidence that it stores', () => {
    const stored = createRunFolder(reports, at).storeEvidence('pixel', '1.json', 'abc');
    expect(stored).toEqual({
      file: 'evidence/pixel/1.json',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('says when the evidence stored so far is on the disk', async () => {
    const run = createRunFolder(reports, at);
    await run.synced();
    for (const name of ['1.json', '2.json']) run.storeEvidence('pixel', name, name);
    await run.synced();
    expect(readFileSync(run.file('evidence/pixel/2.json'), 'utf8')).toBe('2.json');
  });

  it('takes evidence once: what a journal names is never replaced', () => {
    const run = createRunFolder(reports, at);
    run.storeEvidence('pixel', '1.pem', 'abc');
    expect(readFileSync(run.file('evidence/pixel/1.pem'), 'utf8')).toBe('abc');
    expect(() => run.storeEvidence('pixel', '1.pem', 'abd')).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }),
    );
    expect(readFileSync(run.file('evidence/pixel/1.pem'), 'utf8')).toBe('abc');
  });

  it('adds evidence to a file and gives place and hash of each part', async () => {
    const run = createRunFolder(reports, at);
    const parts = ['ab', 'abc'].map((text) => run.appendEvidence('pixel', 'all.jsonl', utf8(text)));
    await run.synced();
    expect(parts.map(({ offset }) => offset)).toEqual([0, 2]);
    expect(parts[1]).toEqual({
      ...{ file: 'evidence/pixel/all.jsonl', offset: 2 },
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    expect(readFileSync(run.file('evidence/pixel/all.jsonl'), 'utf8')).toBe('ababc');
    expect(statSync(run.file('evidence/pixel/all.jsonl')).mode & 0o777).toBe(0o600);
    run.close();
    run.close();
  });

  it('takes no evidence into a file that another program has begun', () => {
    const run = createRunFolder(reports, at);
    run.storeEvidence('pixel', 'all.jsonl', 'x');
    expect(() => run.appendEvidence('pixel', 'all.jsonl', utf8('y'))).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }),
    );
  });

  it('becomes latest only when it is published, and replaces the one before', () => {
    const [first, second] = [createRunFolder(reports, at), createRunFolder(reports, at)];
    first.publish();
    expect(readlinkSync(join(reports, 'latest'))).toBe(join('runs', first.id));
    second.publish();
    expect(readlinkSync(join(reports, 'latest'))).toBe(join('runs', second.id));
    second.storeEvidence('pixel', '1.json', 'x');
    expect(readFileSync(join(reports, 'latest/evidence/pixel/1.json'), 'utf8')).toBe('x');
  });

  it('that cannot be made is an error that names the path', () => {
    writeFileSync(join(reports, 'file'), '');
    expect(() => createRunFolder(join(reports, 'file'), at)).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }),
    );
  });
});

describe('the lock of a reports folder', () => {
  it('turns a second run away by its code, and lets it in afterwards', async () => {
    const first = await takeRunLock(reports);
    await expect(takeRunLock(reports)).rejects.toMatchObject({ code: 'ERR_RUN_IN_PROGRESS' });
    await first.release();
    await first.release();
    const second = await takeRunLock(reports);
    await second.release();
  });
});
