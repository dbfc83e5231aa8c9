import { fromBase64 } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';

/** A `sha-256` member of a Content-Digest header (RFC 9530, 2), whose value is a byte sequence. */
const SHA256_MEMBER = /^sha-256=:([A-Za-z0-9+/=]*):$/;

/**
 * The SHA-256 digest that a Content-Digest header states. Other algorithms beside it are passed
 * over; a header without SHA-256 is malformed, since it promises what nobody here can check.
 */
export function readContentDigest(value: string): Uint8Array {
  const stated = value
    .split(',')
    .map((member) => SHA256_MEMBER.exec(member.trim())?.[1])
    .filter((member) => member !== undefined);
  const [only, ...more] = stated;
  const digest = only === undefined ? null : fromBase64(only);
  if (digest?.length !== 32 || more.length > 0) {
    throw new MalformedInput('content-digest does not state one SHA-256 digest', 0);
  }
  return digest;
}
