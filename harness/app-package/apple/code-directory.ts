import { createHash } from 'node:crypto';
import { equalBytes } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';

/** A code directory: digests of an executable's pages and of what belongs to it. */
export interface CodeDirectory {
  /** The whole blob, which the CMS signature is over. */
  readonly raw: Uint8Array;
  readonly identifier: string;
  readonly teamId: string | null;
  readonly hash: DirectoryHash;
  /** Digest of a page, or null past the last. */
  readonly pageDigest: (index: number) => Uint8Array | null;
  /** Digest of a special slot, counted from 1; null where there is none. */
  readonly specialDigest: (slot: number) => Uint8Array | null;
  readonly pageCount: number;
  readonly pageSize: number;
  /** How many bytes of the executable are covered. */
  readonly codeLimit: number;
}

/** How a code directory makes digests. */
export interface DirectoryHash {
  readonly algorithm: 'sha1' | 'sha256' | 'sha384';
  readonly length: number;
}

/** Special slots that are looked at (Security framework, `codedirectory.h`). */
export const SLOT = {
  infoPlist: 1,
  requirements: 2,
  resources: 3,
  entitlements: 5,
  derEntitlements: 7,
};

const HASHES: ReadonlyMap<number, DirectoryHash> = new Map([
  [1, { algorithm: 'sha1', length: 20 }],
  [2, { algorithm: 'sha256', length: 32 }],
  [3, { algorithm: 'sha256', length: 20 }],
  [4, { algorithm: 'sha384', length: 48 }],
]);

/** Reads a code directory blob; throws MalformedInput. */
export function readCodeDirectory(raw: Uint8Array, base: number): CodeDirectory {
  const reader = new ByteReader(raw, 'big', base);
  reader.skip(8, 'magic and length');
  const version = reader.u32('version');
  reader.skip(4, 'flags');
  const hashAt = reader.u32('offset of the digests');
  const identifierAt = reader.u32('offset of the identifier');
  const specialCount = reader.u32('number of special slots');
  const pageCount = reader.u32('number of pages');
  const limit32 = reader.u32('code limit');
  const hashLength = reader.u8('digest length');
  const hash = HASHES.get(reader.u8('digest type'));
  reader.skip(1, 'platform');
  const pageShift = reader.u8('page size');
  reader.skip(4, 'spare');
  if (hash?.length !== hashLength) throw new MalformedInput('digests of an unknown type', base);
  if (pageShift > 24) throw new MalformedInput(`pages of 2^${pageShift} bytes`, base);
  if (version >= 0x20100) reader.skip(4, 'scatter');
  const teamAt = version >= 0x20200 ? reader.u32('offset of the team') : 0;
  if (version >= 0x20300) reader.skip(4, 'spare');
  const limit64 = version >= 0x20300 ? reader.u64('code limit') : 0;
  const digestAt = (index: number): Uint8Array =>
    new ByteReader(raw, 'big', base)
      .from(hashAt + index * hashLength, 'a digest')
      .bytes(hashLength, 'a digest');
  return {
    ...{ raw, hash, pageCount },
    identifier: cString(raw, identifierAt, base),
    teamId: teamAt === 0 ? null : cString(raw, teamAt, base),
    pageDigest: (index) => (index < pageCount ? digestAt(index) : null),
    specialDigest: (slot) => (slot <= specialCount ? digestAt(-slot) : null),
    // Zero stands for one page that holds everything.
    pageSize: pageShift === 0 ? Number.POSITIVE_INFINITY : 2 ** pageShift,
    codeLimit: limit64 === 0 ? limit32 : limit64,
  };
}

/** A digest as a directory makes it. */
export function digestOf({ algorithm, length }: DirectoryHash, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest()).subarray(0, length);
}

/** What of an executable is not as its directory says; a sentence, or null. */
export function pageProblem(directory: CodeDirectory, code: Uint8Array): string | null {
  const { codeLimit, pageSize, hash, pageCount } = directory;
  if (codeLimit > code.length) return `the signature covers ${codeLimit} bytes of ${code.length}`;
  if (pageCount !== Math.ceil(codeLimit / Math.min(pageSize, Math.max(codeLimit, 1)))) {
    return `${pageCount} digests for ${codeLimit} bytes`;
  }
  for (let index = 0; index < pageCount; index++) {
    const start = index === 0 ? 0 : index * pageSize;
    const page = code.subarray(start, Math.min(start + pageSize, codeLimit));
    const expected = directory.pageDigest(index);
    if (expected === null || !equalBytes(digestOf(hash, page), expected)) {
      return `the executable is not what was signed (page ${index}, byte ${start})`;
    }
  }
  return null;
}

function cString(raw: Uint8Array, at: number, base: number): string {
  const end = raw.indexOf(0, at);
  if (at <= 0 || end < 0 || end - at > 1024)
    throw new MalformedInput('a text without end', base + at);
  return new TextDecoder().decode(raw.subarray(at, end));
}
