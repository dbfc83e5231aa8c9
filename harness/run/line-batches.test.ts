import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lineBatches } from './line-batches.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-lines-'));
const file = join(folder, 'lines.jsonl');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function read(text: string, tornLine: 'kept' | 'left-out' = 'kept') {
  writeFileSync(file, text);
  const batches: { readonly firstLine: number; readonly text: string }[] = [];
  for await (const { firstLine, bytes } of lineBatches(file, { tornLine })) {
    batches.push({ firstLine, text: new TextDecoder().decode(bytes) });
  }
  return batches;
}

describe('batches of lines', () => {
  it('hold whole lines, and say which is the first', async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, index) => `${index} ${'ü'.repeat(index % 97)}\n`,
    );
    const batches = await read(lines.join(''));
    expect(batches.length).toBeGreaterThan(2);
    for (const { firstLine, text } of batches) {
      expect(text.startsWith(`${firstLine - 1} `)).toBe(true);
      expect(text.endsWith('\n')).toBe(true);
    }
    expect(batches.map(({ text }) => text).join('')).toBe(lines.join(''));
  });

  it('hold a line that is longer than what is read at once', async () => {
    const long = 'x'.repeat(400_000);
    expect(await read(`a\n${long}\nb\n`)).toEqual([
      { firstLine: 1, text: 'a\n' },
      { firstLine: 2, text: `${long}\nb\n` },
    ]);
  });

  it('end in a line without end, or leave it out as torn', async () => {
    expect(await read('a\nb')).toEqual([
      { firstLine: 1, text: 'a\n' },
      { firstLine: 2, text: 'b' },
    ]);
    expect(await read('a\nb', 'left-out')).toEqual([{ firstLine: 1, text: 'a\n' }]);
    expect(await read('')).toEqual([]);
  });

  it('refuse a line that never ends, and a file that is not there', async () => {
    await expect(read('x'.repeat(9_000_000))).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' });
    const absent = lineBatches(join(folder, 'absent'), { tornLine: 'kept' });
    await expect(absent.next()).rejects.toMatchObject({ code: 'ERR_FILE_UNREADABLE' });
  });
});
