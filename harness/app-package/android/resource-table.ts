import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';
import { CHUNK, readChunk, readChunks, type Chunk } from './chunk.js';
import { readResourceValue, type ResourceValue } from './resource-value.js';
import { StringPool } from './string-pool.js';

/** Values of a resource id, one for each configuration that has one. */
export type ResolveResource = (id: number) => readonly ResourceValue[];

// ResTable_type and ResTable_entry flags.
const FLAG = { sparse: 0x01, offset16: 0x02, complex: 0x0001, compact: 0x0008 };
const NO_ENTRY = 0xffff_ffff;
const NO_ENTRY_16 = 0xffff;
/** Configurations and references that one look-up may pass; a name in all languages takes some hundred. */
const MAX_VISITS = 4096;

/** Reads `resources.arsc`; values are looked for only when an id is asked for. Throws MalformedInput. */
export function readResourceTable(bytes: Uint8Array): ResolveResource {
  const table = readChunk(new ByteReader(bytes, 'little'));
  if (table.type !== CHUNK.table) {
    throw new MalformedInput(`no resource table: chunk type ${table.type}`, table.offset);
  }
  const [pool, ...chunks] = readChunks(table.body());
  if (pool === undefined) throw new MalformedInput('a resource table without strings', 0);
  const strings = new StringPool(pool);
  const types = new Map<number, Chunk[]>();
  for (const chunk of chunks) {
    if (chunk.type === CHUNK.tablePackage) collectTypes(chunk, types);
  }
  return (id) => {
    const values: ResourceValue[] = [];
    follow({ types, strings, visits: { left: MAX_VISITS } }, id, values);
    return values;
  };
}

interface Table {
  /** Chunks of values by the upper half of their resources' ids. */
  readonly types: ReadonlyMap<number, readonly Chunk[]>;
  readonly strings: StringPool;
  /** References branch with every configuration, so what bounds them is their sum. */
  readonly visits: { left: number };
}

function collectTypes(packageChunk: Chunk, types: Map<number, Chunk[]>): void {
  const packageId = packageChunk.header().u32('package id');
  for (const chunk of readChunks(packageChunk.body())) {
    if (chunk.type !== CHUNK.tableType) continue;
    const key = (packageId << 8) | chunk.header().u8('type id');
    const known = types.get(key);
    if (known === undefined) types.set(key, [chunk]);
    else known.push(chunk);
  }
}

function follow(table: Table, id: number, values: ResourceValue[]): void {
  for (const chunk of table.types.get(id >>> 16) ?? []) {
    table.visits.left -= 1;
    if (table.visits.left < 0) {
      throw new MalformedInput(`resource ${hex(id)} leads in circles`, chunk.offset);
    }
    const value = entryValue(chunk, id & 0xffff, table.strings);
    if (value?.type === 'reference') follow(table, value.id, values);
    else if (value !== null) values.push(value);
  }
}

function entryValue(chunk: Chunk, index: number, strings: StringPool): ResourceValue | null {
  const header = chunk.header();
  header.skip(1, 'type id');
  const flags = header.u8('flags');
  header.skip(2, 'reserved');
  const count = header.u32('entry count');
  const entriesAt = header.u32('offset of the entries');
  const offset = entryOffset(chunk.body(), { index, count, flags });
  if (offset === null) return null;
  const entry = chunk.whole().from(entriesAt + offset, 'an entry');
  const sizeOrKey = entry.u16('size of an entry');
  const entryFlags = entry.u16('flags of an entry');
  if ((entryFlags & FLAG.compact) !== 0) return compactValue(entry, entryFlags, strings);
  if ((entryFlags & FLAG.complex) !== 0) return null;
  entry.skip(sizeOrKey - 4, 'an entry');
  return readResourceValue(entry, strings);
}

// A compact entry keeps its key where others have their size, and its type in the upper flags.
function compactValue(entry: ByteReader, flags: number, strings: StringPool): ResourceValue {
  const value = new Uint8Array(8);
  value[3] = flags >> 8;
  value.set(entry.bytes(4, 'a value'), 4);
  return readResourceValue(new ByteReader(value, 'little', entry.offset - 8), strings);
}

function entryOffset(
  body: ByteReader,
  {
    index,
    count,
    flags,
  }: { readonly index: number; readonly count: number; readonly flags: number },
): number | null {
  if ((flags & FLAG.sparse) !== 0) {
    for (let at = 0; at < count; at++) {
      const id = body.u16('a sparse entry');
      const offset = body.u16('a sparse entry') * 4;
      if (id === index) return offset;
    }
    return null;
  }
  if (index >= count) return null;
  if ((flags & FLAG.offset16) !== 0) {
    const offset = body.from(index * 2, 'an entry offset').u16('an entry offset');
    return offset === NO_ENTRY_16 ? null : offset * 4;
  }
  const offset = body.from(index * 4, 'an entry offset').u32('an entry offset');
  return offset === NO_ENTRY ? null : offset;
}

function hex(id: number): string {
  return `0x${id.toString(16).padStart(8, '0')}`;
}
