import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { startFile } from './growing-file.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-growing-'));
  path = join(folder, 'file');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const unwritable = expect.objectContaining({ code: 'ERR_FILE_UNWRITABLE' }) as Error;

describe('a file that grows', () => {
  it('says where each addition begins, in bytes', async () => {
    const file = startFile(path);
    expect(['é', 'bc', 'd'].map((text) => file.append(utf8(text)))).toEqual([0, 2, 4]);
    await file.synced();
    expect(file.failure).toBeNull();
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('ébcd');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('never goes on with what another has begun', () => {
    writeFileSync(path, 'x');
    expect(() => startFile(path)).toThrow(unwritable);
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('takes nothing once it is closed, and closes once', () => {
    const file = startFile(path);
    file.close();
    file.close();
    expect(() => file.append(utf8('x'))).toThrow(unwritable);
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});
