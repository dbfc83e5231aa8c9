import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { productRoot } from '../harness/product.js';
import { swiftFiles, syntaxErrors } from './swift-syntax.js';

const probe = join(productRoot, 'native-probes', 'ios');
const folder = mkdtempSync(join(tmpdir(), 'attestlab-swift-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the iOS probe', () => {
  it('is Swift, every file of core, app and tests', async () => {
    const files = swiftFiles(probe);
    for (const part of ['Sources/ProbeCore', 'Probe', 'Tests/ProbeCoreTests']) {
      expect(files.filter((file) => file.startsWith(part)).length, part).toBeGreaterThan(3);
    }
    expect(await syntaxErrors(probe, files)).toEqual([]);
  });

  it('has a core that imports nothing of Apple but Foundation', () => {
    const imports = swiftFiles(join(probe, 'Sources')).flatMap((file) =>
      [
        ...readFileSync(join(probe, 'Sources', file), 'utf8').matchAll(
          /^\s*(?:@\w+ )*import (.+)$/gm,
        ),
      ].map(([, name]) => name),
    );
    expect(new Set(imports)).toEqual(new Set(['Foundation']));
  });
});

describe('a file that is no Swift', () => {
  it.each([
    ['a bracket that is not closed', 'struct A {\n  func f( {\n}\n', 1],
    ['a word out of place', 'struct A {}\nlet let = 1\n', 2],
    ['another language', 'export const a: number = 1;\n', 1],
  ])('is found, with its place: %s', async (_, text, line) => {
    mkdirSync(join(folder, 'Sources'), { recursive: true });
    writeFileSync(join(folder, 'Sources', 'Broken.swift'), text);
    writeFileSync(join(folder, 'Sources', 'Good.swift'), 'struct Good { let a = 1 }\n');
    const errors = await syntaxErrors(folder, swiftFiles(folder));
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map(({ file }) => file))).toEqual(new Set(['Sources/Broken.swift']));
    expect(errors.some((error) => error.line >= line)).toBe(true);
  });
});
