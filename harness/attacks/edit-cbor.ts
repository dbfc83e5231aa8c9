import { expectCbor, readCbor, requiredEntry } from '../encoding/cbor.js';

/** The object with the bytes of one member patched in place; the length stays. */
export function patchMember(
  object: Uint8Array,
  member: string,
  patch: (bytes: Uint8Array) => void,
): Uint8Array {
  const spoilt = Uint8Array.from(object);
  const entry = requiredEntry(expectCbor(readCbor(spoilt), 'map', 'object'), member);
  const { value, raw, offset } = expectCbor(entry, 'bytes', member);
  const from = offset + raw.length - value.length;
  patch(spoilt.subarray(from, from + value.length));
  return spoilt;
}
