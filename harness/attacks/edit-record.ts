import { extensionsOf as parsedExtensions, readCertificate } from '../encoding/certificate.js';
import { der } from '../encoding/der-writer.js';
import { children, readDer } from '../encoding/der.js';
import {
  KEY_DESCRIPTION_OID,
  parseKeyDescription,
  type KeyDescription,
} from '../evidence/android-key/index.js';
import { extensionType, withExtensions } from './edit-certificate.js';
import { putTogether, replaced, signedBytes, takeApart } from './edit-der.js';

/** Positions of the parts of a KeyDescription. */
export const RECORD_PART = {
  attestationLevel: 1,
  keyMintLevel: 3,
  challenge: 4,
  softwareEnforced: 6,
  hardwareEnforced: 7,
} as const;

/** The leaf of a chain. */
export function leafOf(chain: readonly Uint8Array[]): Uint8Array {
  const [leaf] = chain;
  if (leaf === undefined) throw new RangeError('an attack on an empty chain');
  return leaf;
}

/** DER of the record in a leaf. */
export function recordOf(leaf: Uint8Array): Uint8Array {
  const [record] = parsedExtensions(readCertificate(leaf), KEY_DESCRIPTION_OID);
  if (record === undefined) throw new RangeError('an attack on a leaf without a record');
  return record.value;
}

/** The record in a leaf, read. */
export function descriptionOf(leaf: Uint8Array): KeyDescription {
  const parsed = parseKeyDescription(recordOf(leaf));
  if (!parsed.ok) throw new RangeError('an attack on a record that does not parse');
  return parsed.value;
}

/** DER of the extension that carries `record`. */
export function recordExtension(record: Uint8Array): Uint8Array {
  return der.sequence(der.oid(KEY_DESCRIPTION_OID), der.octetString(record));
}

/** The leaf with another record, its signature left as it was. */
export function withRecord(leaf: Uint8Array, record: Uint8Array): Uint8Array {
  return withExtensions(leaf, (extensions) =>
    extensions.map((extension) =>
      extensionType(extension) === KEY_DESCRIPTION_OID ? recordExtension(record) : extension,
    ),
  );
}

/** A certificate with the signature that `sign` makes over it. */
export async function signedAgain(
  certificate: Uint8Array,
  sign: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const parts = takeApart(certificate);
  return putTogether({ ...parts, signature: der.bitString(await sign(signedBytes(parts))) });
}

/** The record with one part replaced. */
export function withPart(record: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return der.sequence(...replaced(partsOf(record), at, part));
}

/** The record with another list of authorizations; entries are DER in their order. */
export function withList(
  record: Uint8Array,
  list: 'softwareEnforced' | 'hardwareEnforced',
  change: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Uint8Array {
  const at = RECORD_PART[list];
  const before = partsOf(record)[at];
  if (before === undefined) throw new RangeError('an attack on a record without lists');
  return withPart(record, at, der.sequence(...change(partsOf(before))));
}

/** The entries with the value of a tag replaced, put in or, by null, taken out; tags ascend. */
export function withTag(tag: number, value: Uint8Array | null) {
  return (entries: readonly Uint8Array[]): readonly Uint8Array[] => {
    const others = entries.filter((entry) => readDer(entry).tag !== tag);
    if (value === null) return others;
    const after = others.findIndex((entry) => readDer(entry).tag > tag);
    const at = after === -1 ? others.length : after;
    return [...others.slice(0, at), der.contextExplicit(tag, value), ...others.slice(at)];
  };
}

/** The DER value of a tag of the hardware's list. */
export function hardwareValue(record: Uint8Array, tag: number): Uint8Array {
  const list = partsOf(record)[RECORD_PART.hardwareEnforced] ?? new Uint8Array();
  const entry = children(readDer(list)).find((node) => node.tag === tag);
  const [value] = entry === undefined ? [] : children(entry);
  if (value === undefined) throw new RangeError(`an attack on a record without tag ${tag}`);
  return value.raw;
}

/** DER of the parts of a structure. */
export function partsOf(structure: Uint8Array): readonly Uint8Array[] {
  return children(readDer(structure)).map((part) => part.raw);
}
