import { children, readDer } from '../encoding/der.js';
import { der } from '../encoding/der-writer.js';
import { sequence } from '../encoding/der-values.js';

/** Parts of what is signed, and of the envelope around it: certificates and requests alike. */
export interface SignedParts {
  /** DER of each part of what is signed, in order. */
  readonly fields: readonly Uint8Array[];
  /** DER of the AlgorithmIdentifier. */
  readonly algorithm: Uint8Array;
  /** DER of the BIT STRING. */
  readonly signature: Uint8Array;
}

/** Takes a certificate or certification request apart. */
export function takeApart(signed: Uint8Array): SignedParts {
  const [body, algorithm, signature] = sequence(readDer(signed), 'a signed structure');
  if (body === undefined || algorithm === undefined || signature === undefined) {
    throw new RangeError('an attack on a structure that is not signed');
  }
  return {
    fields: children(body).map((field) => field.raw),
    algorithm: algorithm.raw,
    signature: signature.raw,
  };
}

/** Puts the parts together again, whether or not the signature still fits. */
export function putTogether(parts: SignedParts): Uint8Array {
  return der.sequence(der.sequence(...parts.fields), parts.algorithm, parts.signature);
}

/** The bytes that a signature over the fields is over. */
export function signedBytes(parts: Pick<SignedParts, 'fields'>): Uint8Array {
  return der.sequence(...parts.fields);
}

/** `bytes` with the lowest bit of the byte at `index` turned over; a negative one counts from the end. */
export function flipBit(bytes: Uint8Array, index: number): Uint8Array {
  const spoilt = Uint8Array.from(bytes);
  const at = index < 0 ? bytes.length + index : index;
  const before = spoilt[at];
  if (before === undefined) throw new RangeError(`no byte ${index} in ${bytes.length}`);
  spoilt[at] = before ^ 1;
  return spoilt;
}

/** `list` with the element at `index` replaced. */
export function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  if (index >= list.length) throw new RangeError(`no element ${index} in ${list.length}`);
  return list.map((element, at) => (at === index ? value : element));
}
