import { concatBytes, equalBytes } from './bytes.js';
import { bytesEntry, expectCbor, onlyEntries, requiredEntry, type CborNode } from './cbor.js';
import { MalformedInput } from './parsed.js';

// RFC 9053, 7.1: labels and values of an EC2 key on P-256.
const KTY = 1n;
const ALG = 3n;
const CRV = -1n;
const X = -2n;
const Y = -3n;
const EC2 = 2n;
const ES256 = -7n;
const P256 = 1n;

const COORDINATE_BYTES = 32;
const UNCOMPRESSED = 0x04;

/** The 65-byte uncompressed point of a COSE key, which must be EC2, P-256, ES256 and nothing more. */
export function readCoseP256(node: CborNode): Uint8Array {
  const map = expectCbor(node, 'map', 'COSE key');
  onlyEntries(map, [KTY, ALG, CRV, X, Y]);
  for (const [label, wanted] of [
    [KTY, EC2],
    [ALG, ES256],
    [CRV, P256],
  ] as const) {
    const { value } = expectCbor(requiredEntry(map, label), 'integer', `COSE label ${label}`);
    if (value !== wanted) {
      throw new MalformedInput(`COSE label ${label} is ${value}, not ${wanted}`, map.offset);
    }
  }
  return concatBytes(
    Uint8Array.of(UNCOMPRESSED),
    coordinate(bytesEntry(map, X), map.offset),
    coordinate(bytesEntry(map, Y), map.offset),
  );
}

/** The COSE key of a 65-byte uncompressed point, ready for `encodeCbor`. */
export function coseP256(point: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  if (!isP256Point(point)) throw new RangeError('not an uncompressed P-256 point');
  return new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, point.subarray(1, 1 + COORDINATE_BYTES)],
    [-3, point.subarray(1 + COORDINATE_BYTES)],
  ]);
}

/** DER of an AlgorithmIdentifier and BIT STRING header that every P-256 SPKI starts with (RFC 5480). */
const P256_SPKI_PREFIX = Uint8Array.from([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
  0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
]);

/** SubjectPublicKeyInfo DER of an uncompressed P-256 point. */
export function p256SpkiOfPoint(point: Uint8Array): Uint8Array {
  if (!isP256Point(point)) throw new RangeError('not an uncompressed P-256 point');
  return concatBytes(P256_SPKI_PREFIX, point);
}

/** The uncompressed point of a P-256 SubjectPublicKeyInfo in its usual DER, or null for any other key. */
export function p256PointOfSpki(spki: Uint8Array): Uint8Array | null {
  const head = spki.subarray(0, P256_SPKI_PREFIX.length);
  const point = spki.subarray(P256_SPKI_PREFIX.length);
  return equalBytes(head, P256_SPKI_PREFIX) && isP256Point(point) ? point : null;
}

/** Whether the bytes have the form of an uncompressed P-256 point; it need not be on the curve. */
export function isP256Point(point: Uint8Array): boolean {
  return point.length === 1 + 2 * COORDINATE_BYTES && point[0] === UNCOMPRESSED;
}

function coordinate(bytes: Uint8Array, offset: number): Uint8Array {
  if (bytes.length !== COORDINATE_BYTES) {
    throw new MalformedInput(`a coordinate has ${bytes.length} bytes, not 32`, offset);
  }
  return bytes;
}
