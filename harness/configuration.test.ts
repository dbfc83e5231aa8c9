import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaText, loadYaml, loadYamlFolder } from './configuration.js';
import { HarnessError, type ErrorCode } from './errors.js';

const schema = z.strictObject({
  name: z.string(),
  phones: z.array(z.strictObject({ alias: z.string(), slots: z.number().default(1) })),
});

const folder = mkdtempSync(join(tmpdir(), 'attestlab-configuration-'));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function failure(act: () => unknown): { readonly code: ErrorCode; readonly message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof HarnessError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loadYaml', () => {
  it('gives the value with its defaults and the hash of the bytes', () => {
    const file = write('good.yaml', 'name: a\nphones:\n  - alias: one\n');
    const loaded = loadYaml(file, schema);
    expect(loaded.value).toEqual({ name: 'a', phones: [{ alias: 'one', slots: 1 }] });
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('names the line and column of an unknown key, and the keys that exist', () => {
    const file = write('unknown.yaml', 'name: a\nphones:\n  - alias: one\n    slot: 2\n');
    expect(failure(() => loadYaml(file, schema))).toEqual({
      code: 'ERR_FILE_INVALID',
      message: `${file}:4:5: phones[0].slot: unknown key; known keys: alias, slots`,
    });
  });

  it('names the line and column of a value of the wrong type', () => {
    const file = write('type.yaml', 'name: a\nphones:\n  - alias: one\n    slots: many\n');
    expect(failure(() => loadYaml(file, schema)).message).toContain(
      `${file}:4:12: phones[0].slots`,
    );
  });

  it('names the choices of a short enumeration, and the nearest of a long one', () => {
    const short = z.strictObject({ level: z.enum(['tee', 'strongbox']) });
    const long = z.strictObject({
      level: z.enum([...Array.from({ length: 40 }, (_, index) => `filler-${index}`), 'strongbox']),
    });
    const file = write('choice.yaml', 'level: strongbux\n');
    const prefix = `${file}:1:8: level: "strongbux" is none of the known values; `;
    expect(failure(() => loadYaml(file, short)).message).toBe(`${prefix}known: tee, strongbox`);
    expect(failure(() => loadYaml(file, long)).message).toContain(`${prefix}nearest: strongbox, `);
  });

  it('names the place where a missing key belongs', () => {
    const file = write('missing.yaml', 'name: a\nphones:\n  - slots: 2\n');
    expect(failure(() => loadYaml(file, schema)).message).toContain(`${file}:3:5: phones[0].alias`);
  });

  it('lists every problem of a file, one a line', () => {
    const file = write('several.yaml', 'nam: a\nphones: 3\n');
    expect(failure(() => loadYaml(file, schema)).message.split('\n')).toHaveLength(3);
  });

  it.each([
    ['a key that is given twice', 'name: a\nname: b\nphones: []\n', ':2:1:'],
    ['a tag that nobody knows', 'name: !secret a\nphones: []\n', ':1:7:'],
    ['broken YAML', 'name: [a\nphones: []\n', ':2:1:'],
    ['a second document', 'name: a\nphones: []\n---\nname: b\n', ':3:1:'],
  ])('refuses %s with its place', (_, text, at) => {
    const file = write('broken.yaml', text);
    const { code, message } = failure(() => loadYaml(file, schema));
    expect(code).toBe('ERR_FILE_INVALID');
    expect(message).toContain(`${file}${at}`);
  });

  it.each([
    ['an empty file', ''],
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe, 0x00])],
    [
      'aliases that grow without bound',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`,
    ],
  ])('refuses %s as an invalid file', (_, content) => {
    const file = write('hostile.yaml', content);
    const { code, message } = failure(() => loadYaml(file, schema));
    expect(code).toBe('ERR_FILE_INVALID');
    expect(message).toContain(file);
  });

  it('says that an absent file cannot be read, and which', () => {
    const file = join(folder, 'absent.yaml');
    const { code, message } = failure(() => loadYaml(file, schema));
    expect(code).toBe('ERR_FILE_UNREADABLE');
    expect(message).toContain(file);
  });

  it('places a rule that no schema can state', () => {
    const file = write('rule.yaml', 'name: a\nphones:\n  - alias: one\n  - alias: one\n');
    const error = loadYaml(file, schema).invalid(['phones', 1, 'alias'], 'is used twice');
    expect(error.message).toBe(`${file}:4:12: phones[1].alias: is used twice`);
  });
});

describe('loadYamlFolder', () => {
  it('refuses a folder without a file, as nothing would be demanded', () => {
    const empty = mkdtempSync(join(tmpdir(), 'attestlab-empty-'));
    expect(failure(() => loadYamlFolder(empty, schema)).code).toBe('ERR_FILE_INVALID');
  });

  it('says that an absent folder cannot be read', () => {
    const { code } = failure(() => loadYamlFolder(join(folder, 'none'), schema));
    expect(code).toBe('ERR_FILE_UNREADABLE');
  });
});

describe('jsonSchemaText', () => {
  it('lets an author leave out what has a default, and nothing else', () => {
    const text = jsonSchemaText(schema, 'Things');
    expect(JSON.parse(text)).toMatchObject({
      title: 'Things',
      required: ['name', 'phones'],
      properties: { phones: { items: { required: ['alias'], additionalProperties: false } } },
    });
  });
});
