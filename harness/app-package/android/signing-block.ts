import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';
import type { Archive } from '../zip/archive.js';

/** The APK Signing Block, which lies before the central directory. */
export interface SigningBlock {
  readonly offset: number;
  /** Readers of the values by their ids. */
  readonly values: ReadonlyMap<number, ByteReader>;
}

/** Ids of values in the block. */
export const BLOCK_ID = { v2: 0x7109871a, v3: 0xf05368c0, v31: 0x1b93ad61 } as const;

const MAGIC = 'APK Sig Block 42';
const FOOTER_LENGTH = 24;
/** Some kB in the field; the padding of fs-verity adds 4 kB. */
const MAX_BLOCK = 16_777_216;

/** Finds the block; null where there is none. Throws MalformedInput. */
export function findSigningBlock({
  source,
  end,
}: Pick<Archive, 'source' | 'end'>): SigningBlock | null {
  const { directoryOffset } = end;
  if (directoryOffset < FOOTER_LENGTH + 8) return null;
  const footerAt = directoryOffset - FOOTER_LENGTH;
  const footer = new ByteReader(source.read(footerAt, FOOTER_LENGTH), 'little', footerAt);
  const tail = footer.from(8, 'magic');
  if (new TextDecoder('latin1').decode(tail.bytes(16, 'magic')) !== MAGIC) return null;
  const size = footer.u64('size of the signing block');
  const offset = directoryOffset - size - 8;
  if (size < FOOTER_LENGTH || size > MAX_BLOCK || offset < 0) {
    throw new MalformedInput(`a signing block of ${size} bytes`, footerAt);
  }
  const block = new ByteReader(source.read(offset, size + 8 - FOOTER_LENGTH), 'little', offset);
  if (block.u64('size of the signing block') !== size) {
    throw new MalformedInput('both sizes of the signing block differ', offset);
  }
  const values = new Map<number, ByteReader>();
  while (block.left > 0) {
    const at = block.offset;
    const pair = block.part(block.u64('length of a value'), 'a value');
    const id = pair.u32('id of a value');
    if (values.has(id)) throw new MalformedInput(`value 0x${id.toString(16)} is there twice`, at);
    values.set(id, pair.part(pair.left, 'a value'));
  }
  return { offset, values };
}
