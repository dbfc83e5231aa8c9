import { dirname, join, normalize } from 'node:path/posix';
import type { ModuleImport } from './imports.js';

/** One row of the import table in `ARCHITECTURE.md`. */
export interface ImportRow {
  readonly room: string;
  /** Rooms, `room/module` for one module of a room, or `any`. */
  readonly mayImport: ReadonlySet<string>;
  /** The same, where only types may be taken. */
  readonly mayImportTypes: ReadonlySet<string>;
}

/** One row of the table of doors: a library and the only files that may import it. */
export interface DoorRow {
  /** A package name, or a prefix of some that ends in `*`. */
  readonly library: string;
  readonly files: ReadonlySet<string>;
}

/** The table under a marker comment, as rows of cells without their backticks. */
export function tableAfter(markdown: string, marker: string): readonly (readonly string[])[] {
  const [, after] = markdown.split(`<!-- ${marker} -->`);
  if (after === undefined) throw new Error(`no marker ${marker}`);
  const lines = after.trimStart().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

/** The import table of `ARCHITECTURE.md`. */
export function importRows(markdown: string): readonly ImportRow[] {
  return tableAfter(markdown, 'import-table').map(([room = '', values = '', types = '']) => ({
    room,
    mayImport: listed(values),
    mayImportTypes: listed(types),
  }));
}

/** The table of doors of `ARCHITECTURE.md`. */
export function doorRows(markdown: string): readonly DoorRow[] {
  return tableAfter(markdown, 'door-table').map(([library = '', files = '']) => ({
    library,
    files: listed(files),
  }));
}

/** The room of a file, or the name of a file that belongs to none. */
export function roomOf(file: string): string {
  const [top = '', second] = file.split('/');
  if (top !== 'harness' || second === undefined) return second === undefined ? file : top;
  return second;
}

/** What is wrong with an import under the table, or null. */
export function breachOfTable(
  { file, specifier, isTypeOnly }: ModuleImport,
  rows: readonly ImportRow[],
): string | null {
  if (!specifier.startsWith('.')) return null;
  const target = normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts');
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to || OPEN_TO_ALL.has(target)) return null;
  const row = rows.find(({ room }) => room === from);
  if (row === undefined) return `${file}: room "${from}" has no row in the import table`;
  const names = ['any', to, target.replace(/^harness\//, '').replace(/\.ts$/, '')];
  const allowed = isTypeOnly ? [row.mayImport, row.mayImportTypes] : [row.mayImport];
  if (allowed.some((set) => names.some((name) => set.has(name)))) return null;
  const what = isTypeOnly ? 'types of' : 'from';
  return `${file}: ${from} may not import ${what} ${to} (${specifier})`;
}

/** What is wrong with an import under the table of doors, or null. */
export function breachOfDoor(
  { file, specifier }: ModuleImport,
  doors: readonly DoorRow[],
): string | null {
  const door = doors.find(({ library }) => matches(specifier, library));
  if (door === undefined || door.files.has(file)) return null;
  return `${file}: ${specifier} comes in through ${[...door.files].join(', ')} alone`;
}

/** Files that every room may import. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set([
  'harness/errors.ts',
  'harness/product.ts',
  'harness/configuration.ts',
  'harness/owner-only.ts',
]);

function matches(specifier: string, library: string): boolean {
  if (library.endsWith('*')) return specifier.startsWith(library.slice(0, -1));
  return specifier === library || specifier.startsWith(`${library}/`);
}

function listed(cell: string): ReadonlySet<string> {
  return new Set(cell.split(/[,\s]+/).filter((name) => name !== '' && name !== '-'));
}
