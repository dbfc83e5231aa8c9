import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';

/** One architecture of an executable. */
export interface MachO {
  /** The bytes of this architecture alone; its offsets count from here. */
  readonly bytes: Uint8Array;
  /** Where it begins in the file. */
  readonly offset: number;
  readonly cpuType: number;
  /** Null where it is not signed. */
  readonly signature: { readonly offset: number; readonly length: number } | null;
  /** The App Store has encrypted it. */
  readonly isEncrypted: boolean;
}

// <mach-o/loader.h> and <mach-o/fat.h>
const MAGIC = { fat: 0xcafebabe, fat64: 0xcafebabf, thin32: 0xfeedface, thin64: 0xfeedfacf };
const COMMAND = { codeSignature: 0x1d, encryption: 0x21, encryption64: 0x2c };
const ARM64 = 0x0100000c;
const MAX_ARCHITECTURES = 16;
const MAX_COMMANDS = 10_000;

/** Reads every architecture of an executable; throws MalformedInput. */
export function readMachO(bytes: Uint8Array): readonly MachO[] {
  const reader = new ByteReader(bytes, 'big');
  const magic = reader.u32('magic');
  if (magic !== MAGIC.fat && magic !== MAGIC.fat64) return [readThin(bytes, 0)];
  const count = reader.u32('number of architectures');
  if (count === 0 || count > MAX_ARCHITECTURES) {
    throw new MalformedInput(`${count} architectures`, reader.offset);
  }
  return Array.from({ length: count }, () => {
    reader.skip(8, 'an architecture');
    const isLong = magic === MAGIC.fat64;
    const offset = isLong ? reader.u64('an offset') : reader.u32('an offset');
    const size = isLong ? reader.u64('a size') : reader.u32('a size');
    reader.skip(isLong ? 8 : 4, 'an architecture');
    const slice = new ByteReader(bytes, 'big').from(offset, 'an architecture');
    return readThin(slice.bytes(size, 'an architecture'), offset);
  });
}

function readThin(bytes: Uint8Array, base: number): MachO {
  const reader = new ByteReader(bytes, 'little', base);
  const magic = reader.u32('magic');
  if (magic !== MAGIC.thin32 && magic !== MAGIC.thin64) {
    throw new MalformedInput('no executable of iOS', base);
  }
  const cpuType = reader.u32('cpu type');
  reader.skip(8, 'the header');
  const count = reader.u32('number of load commands');
  const size = reader.u32('size of the load commands');
  reader.skip(magic === MAGIC.thin64 ? 8 : 4, 'the header');
  if (count > MAX_COMMANDS) throw new MalformedInput(`${count} load commands`, base);
  const commands = reader.part(size, 'the load commands');
  let signature: MachO['signature'] = null;
  let isEncrypted = false;
  for (let index = 0; index < count; index++) {
    const { offset } = commands;
    const start = commands.from(commands.position, 'a load command');
    const type = start.u32('a load command');
    const length = start.u32('a load command');
    if (length < 8) throw new MalformedInput(`a load command of ${length} bytes`, offset);
    commands.skip(length, 'a load command');
    if (type === COMMAND.codeSignature) {
      if (signature !== null) throw new MalformedInput('a second code signature', offset);
      signature = { offset: start.u32('an offset'), length: start.u32('a length') };
    } else if (type === COMMAND.encryption || type === COMMAND.encryption64) {
      start.skip(8, 'encryption');
      isEncrypted = start.u32('encryption') !== 0;
    }
  }
  return { bytes, offset: base, cpuType, signature, isEncrypted };
}

/** The architecture that phones run, or the first; throws MalformedInput where there is none. */
export function phoneArchitecture(architectures: readonly MachO[]): MachO {
  const found = architectures.find(({ cpuType }) => cpuType === ARM64) ?? architectures[0];
  if (found === undefined) throw new MalformedInput('no architecture', 0);
  return found;
}
