import { toHex, utf8Text } from '../../encoding/bytes.js';
import { expectCbor, readCbor, readCborPrefix, type CborMap } from '../../encoding/cbor.js';
import { readCoseP256 } from '../../encoding/cose.js';
import { MalformedInput } from '../../encoding/parsed.js';

/** What Apple appends to authenticator data from iOS 27 on, by name. */
export interface AuthenticatorExtension {
  readonly name: string;
  /** Texts as they are, byte strings and numbers as such; anything else as null. */
  readonly value: string | bigint | Uint8Array | boolean | null;
}

/** Authenticator data (WebAuthn, 6.1) as both attestations and assertions begin. */
export interface AuthenticatorData {
  readonly raw: Uint8Array;
  readonly rpIdHash: Uint8Array;
  readonly flags: number;
  readonly counter: number;
  readonly extensions: readonly AuthenticatorExtension[];
}

/** Authenticator data of an attestation: it holds the new key as well. */
export interface AttestedAuthenticatorData extends AuthenticatorData {
  readonly aaguid: Uint8Array;
  readonly credentialId: Uint8Array;
  /** The uncompressed P-256 point of the COSE key. */
  readonly publicKey: Uint8Array;
}

const RP_ID_HASH_BYTES = 32;
const FLAGS_AT = RP_ID_HASH_BYTES;
const COUNTER_AT = FLAGS_AT + 1;
const HEADER_BYTES = COUNTER_AT + 4;
const AAGUID_BYTES = 16;
const CREDENTIAL_ID_AT = HEADER_BYTES + AAGUID_BYTES + 2;

const ATTESTED_CREDENTIAL_FLAG = 0x40;
const EXTENSIONS_FLAG = 0x80;

/** Bounds the work that one hostile object can cause; the longest seen has 226 bytes. */
const MAX_BYTES = 4096;

/** Reads an attestation's authenticator data, which fills `raw`. */
export function readAttestedAuthenticatorData(raw: Uint8Array): AttestedAuthenticatorData {
  const header = readHeader(raw);
  if ((header.flags & ATTESTED_CREDENTIAL_FLAG) === 0) {
    throw new MalformedInput('the flag for an attested credential is clear', FLAGS_AT);
  }
  if (raw.length < CREDENTIAL_ID_AT) {
    throw new MalformedInput('authenticator data ends before the credential', raw.length);
  }
  const aaguid = raw.subarray(HEADER_BYTES, HEADER_BYTES + AAGUID_BYTES);
  const idLength = view(raw).getUint16(CREDENTIAL_ID_AT - 2);
  const keyAt = CREDENTIAL_ID_AT + idLength;
  if (keyAt > raw.length) {
    throw new MalformedInput('the credential id runs past the end', CREDENTIAL_ID_AT - 2);
  }
  const key = readCborPrefix(raw.subarray(keyAt), keyAt);
  return {
    ...header,
    aaguid,
    credentialId: raw.subarray(CREDENTIAL_ID_AT, keyAt),
    publicKey: readCoseP256(key),
    extensions: readExtensions(raw, { at: keyAt + key.raw.length, flags: header.flags }),
  };
}

/**
 * Reads an assertion's authenticator data, which fills `raw`. The flag for an attested credential
 * means nothing here: phones set it on assertions that hold none.
 */
export function readAssertedAuthenticatorData(raw: Uint8Array): AuthenticatorData {
  const header = readHeader(raw);
  return { ...header, extensions: readExtensions(raw, { at: HEADER_BYTES, flags: header.flags }) };
}

function readHeader(raw: Uint8Array) {
  if (raw.length < HEADER_BYTES || raw.length > MAX_BYTES) {
    throw new MalformedInput(`authenticator data of ${raw.length} bytes`, 0);
  }
  return {
    raw,
    rpIdHash: raw.subarray(0, RP_ID_HASH_BYTES),
    flags: raw[FLAGS_AT] ?? 0,
    counter: view(raw).getUint32(COUNTER_AT),
  };
}

// iOS 27 appends the map and leaves the flag for it clear, so its bytes decide and not the flag.
function readExtensions(
  raw: Uint8Array,
  from: { readonly at: number; readonly flags: number },
): readonly AuthenticatorExtension[] {
  const tail = raw.subarray(from.at);
  if (tail.length > 0) {
    return extensionsOf(expectCbor(readCbor(tail, from.at), 'map', 'authenticator extensions'));
  }
  if ((from.flags & EXTENSIONS_FLAG) !== 0) {
    throw new MalformedInput('the flag for extensions is set and none follow', FLAGS_AT);
  }
  return [];
}

function extensionsOf(map: CborMap): readonly AuthenticatorExtension[] {
  return map.entries.map(({ key, value }) => ({
    name: expectCbor(key, 'text', 'the name of an extension').value,
    value: 'value' in value ? value.value : null,
  }));
}

/** Apple's two attestation environments. */
export type AppAttestEnvironmentName = 'development' | 'production';

/**
 * The environment that an AAGUID names, or null. All sixteen bytes count: both names begin alike,
 * and a verifier that compares a prefix takes development keys for production ones.
 */
export function environmentOf(aaguid: Uint8Array): AppAttestEnvironmentName | null {
  const text = utf8Text(aaguid);
  if (text === 'appattestdevelop') return 'development';
  return text === 'appattest\0\0\0\0\0\0\0' ? 'production' : null;
}

/** An extension's value for claims: bytes as hexadecimal, numbers in decimal. */
export function showExtension(value: AuthenticatorExtension['value']): string | boolean | null {
  if (value instanceof Uint8Array) return toHex(value);
  return typeof value === 'bigint' ? value.toString() : value;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
