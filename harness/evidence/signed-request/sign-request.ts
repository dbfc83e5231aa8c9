import { toBase64url, utf8 } from '../../encoding/bytes.js';
import { formatU64, PROFILE_S_HEADERS, profileSString } from '../formats/index.js';
import type { ProfileSInput } from '../formats/index.js';

/** The headers that sign a request with profile S; `sign` is ES256 over the bytes, DER. */
export function profileSHeaders(
  input: ProfileSInput,
  sign: (signed: Uint8Array) => Uint8Array,
): readonly (readonly [name: string, value: string])[] {
  return [
    [PROFILE_S_HEADERS.keyId, input.keyId],
    [PROFILE_S_HEADERS.epoch, formatU64(input.epoch)],
    [PROFILE_S_HEADERS.counter, formatU64(input.counter)],
    [PROFILE_S_HEADERS.timestamp, formatU64(input.timestampMs)],
    [PROFILE_S_HEADERS.signature, toBase64url(sign(utf8(profileSString(input))))],
  ];
}
