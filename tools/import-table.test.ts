import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../harness/product.js';
import {
  breachOfDoor,
  breachOfTable,
  doorRows,
  importRows,
  roomOf,
} from './testing/import-table.js';
import { importsIn, importsOf, typeScriptFiles } from './testing/imports.js';

const architecture = readFileSync(join(productRoot, 'ARCHITECTURE.md'), 'utf8');
const rows = importRows(architecture);
const doors = doorRows(architecture);

// A test composes what it likes: it ships with nothing and nothing imports it.
const shipped = ['harness', 'scenarios', 'tools']
  .flatMap((folder) => typeScriptFiles(productRoot, folder))
  .filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'));
const imports = shipped.flatMap((file) => importsOf(productRoot, file));

describe('the import table of ARCHITECTURE.md', () => {
  it('names every room that stands, and no other', () => {
    const rooms = new Set(shipped.filter((file) => file.split('/').length > 2).map(roomOf));
    expect([...rooms, 'tools'].filter((room) => !rows.some((row) => row.room === room))).toEqual(
      [],
    );
    expect(new Set(rows.map((row) => row.room)).size).toBe(rows.length);
  });

  it('holds for every import of shipped code', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.flatMap((found) => breachOfTable(found, rows) ?? [])).toEqual([]);
  });

  it('lets each format library in through its door alone', () => {
    expect(doors.length).toBeGreaterThan(3);
    expect(imports.flatMap((found) => breachOfDoor(found, doors) ?? [])).toEqual([]);
  });

  it('has no cycle between rooms', () => {
    const allowed = new Map(rows.map((row) => [row.room, row]));
    const reached = (from: string, seen: ReadonlySet<string>): readonly string[] => {
      const row = allowed.get(from);
      if (row === undefined || row.mayImport.has('any')) return [];
      return [...row.mayImport].flatMap((name) => {
        const next = name.split('/')[0] ?? name;
        if (seen.has(next)) return [`${[...seen].join(' -> ')} -> ${next}`];
        return reached(next, new Set([...seen, next]));
      });
    };
    expect(rows.flatMap((row) => reached(row.room, new Set([row.room])))).toEqual([]);
  });
});

describe('a breach of the table', () => {
  const only = (text: string, file: string): string | null => {
    const [found] = importsIn(text, file);
    return found === undefined ? 'nothing was found' : breachOfTable(found, rows);
  };

  it('is an import of a room that the row does not name', () => {
    const text = "import { a } from '../run/nightly.js';";
    expect(only(text, 'harness/verifier/x.ts')).toMatch(/verifier may not import from run/);
  });

  it('is a value from a room whose types alone may be taken', () => {
    const value = "import { loadTrust } from '../trust/load-trust.js';";
    const type = "import type { TrustSet } from '../trust/load-trust.js';";
    expect(only(value, 'harness/verifier/x.ts')).toMatch(/verifier may not import from trust/);
    expect(only(type, 'harness/verifier/x.ts')).toBeNull();
  });

  it('is also found in dynamic imports, re-exports and types', () => {
    const file = 'harness/encoding/x.ts';
    expect(only("await import('../run/a.js');", file)).toMatch(/may not import/);
    expect(only("export * from '../run/a.js';", file)).toMatch(/may not import/);
    expect(only("type A = import('../run/a.js').A;", file)).toMatch(/may not import/);
  });

  it('is not an import of a file that is open to all', () => {
    expect(only("import { EXIT } from '../errors.js';", 'harness/encoding/x.ts')).toBeNull();
  });
});

describe('code that judges', () => {
  it('touches no clock, environment, file, network or console', () => {
    const judging = shipped.filter((file) => /^harness\/(encoding|evidence|verifier)\//.test(file));
    const modules = imports.filter(
      ({ file, specifier }) =>
        judging.includes(file) && specifier.startsWith('node:') && specifier !== 'node:crypto',
    );
    expect(modules).toEqual([]);
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bfetch\(|\bconsole\.|\bMath\.random\(/;
    const touching = judging.filter((file) =>
      impure.test(readFileSync(join(productRoot, file), 'utf8')),
    );
    expect(touching).toEqual([]);
  });
});
