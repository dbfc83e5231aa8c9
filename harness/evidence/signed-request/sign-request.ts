import { createHash } from 'node:crypto';
import { toBase64url, utf8 } from '../../encoding/bytes.js';
import {
  formatU64,
  PROFILE_S_HEADERS,
  profileSString,
  SIGNATURE_FORM_HEADER,
  type ProfileSInput,
} from '../formats/index.js';

type Headers = readonly (readonly [name: string, value: string])[];

/** The headers that sign a request with profile S; `sign` is ES256 over the bytes, DER. */
export function profileSHeaders(
  input: ProfileSInput,
  sign: (signed: Uint8Array) => Uint8Array,
): Headers {
  return signedHeaders(input, sign(utf8(profileSString(input))));
}

/** What an App Attest key is asked to assert, to sign a request with profile S. */
export function profileSClientDataHash(input: ProfileSInput): Uint8Array {
  return new Uint8Array(createHash('sha256').update(profileSString(input)).digest());
}

/** The headers that sign a request with an App Attest key's assertion over `profileSClientDataHash`. */
export function profileSAssertionHeaders(input: ProfileSInput, assertion: Uint8Array): Headers {
  return [...signedHeaders(input, assertion), [SIGNATURE_FORM_HEADER, 'app-attest']];
}

function signedHeaders(input: ProfileSInput, signature: Uint8Array): Headers {
  return [
    [PROFILE_S_HEADERS.keyId, input.keyId],
    [PROFILE_S_HEADERS.epoch, formatU64(input.epoch)],
    [PROFILE_S_HEADERS.counter, formatU64(input.counter)],
    [PROFILE_S_HEADERS.timestamp, formatU64(input.timestampMs)],
    [PROFILE_S_HEADERS.signature, toBase64url(signature)],
  ];
}
