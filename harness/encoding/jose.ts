import { createDecipheriv, verify, type KeyObject } from 'node:crypto';
import { fromBase64url, utf8, utf8Text } from './bytes.js';
import { isP256 } from './ecdsa.js';
import { MalformedInput, parsing, type Parsed } from './parsed.js';
import { readJson, type JsonValue } from './strict-json.js';

// The only algorithms of Play Integrity tokens. What a header asks for beyond them is refused: a
// library that lets the header choose takes `dir` with the same key bytes, or `none`.
const KEY_WRAP = 'A256KW';
const CONTENT_ENCRYPTION = 'A256GCM';
const SIGNATURE = 'ES256';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;

/** RFC 3394, 2.2.3.1: the initial value that a good unwrapping ends in. */
const KEY_WRAP_IV = Uint8Array.of(0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6);

/** Decrypts a compact JWE (RFC 7516, 7.1) of A256KW and A256GCM, and of nothing else. */
export function decryptCompactJwe(compact: string, key: Uint8Array): Parsed<Uint8Array> {
  return parsing(() => {
    const [header, wrapped, iv, ciphertext, tag] = parts(compact, 5);
    assertHeader(header, { alg: KEY_WRAP, enc: CONTENT_ENCRYPTION });
    const initial = part(iv);
    const authentication = part(tag);
    // A short tag is one that can be guessed, and Node accepts it unless told the length.
    if (initial.length !== IV_BYTES || authentication.length !== TAG_BYTES) {
      throw new MalformedInput('initialisation vector or tag of another length', 0);
    }
    const contentKey = opened('the key', () => unwrapKey(part(wrapped), key));
    return opened('the content', () => {
      const decipher = createDecipheriv('aes-256-gcm', contentKey, initial, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(utf8(header));
      decipher.setAuthTag(authentication);
      return Buffer.concat([decipher.update(part(ciphertext)), decipher.final()]);
    });
  });
}

/** The payload of a compact JWS (RFC 7515, 7.1) that `key` signed with ES256, and with nothing else. */
export function verifyCompactJws(compact: string, key: KeyObject): Parsed<Uint8Array> {
  return parsing(() => {
    const [header, payload, signature] = parts(compact, 3);
    assertHeader(header, { alg: SIGNATURE });
    const signed = part(signature);
    if (signed.length !== SIGNATURE_BYTES || !isP256(key)) {
      throw new MalformedInput('not a signature of ES256', 0);
    }
    const isGood = verify(
      'sha256',
      utf8(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      signed,
    );
    if (!isGood) throw new MalformedInput('the signature does not verify', 0);
    return part(payload);
  });
}

type Strings<Count extends 3 | 5> = Count extends 3
  ? readonly [string, string, string]
  : readonly [string, string, string, string, string];

function parts<Count extends 3 | 5>(compact: string, count: Count): Strings<Count> {
  const split = compact.split('.');
  if (split.length !== count) {
    throw new MalformedInput(`${split.length} parts instead of ${count}`, 0);
  }
  return split as unknown as Strings<Count>;
}

function part(text: string): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new MalformedInput('a part is not base64url', 0);
  return bytes;
}

function assertHeader(encoded: string, wanted: Readonly<Record<string, string>>): void {
  const text = utf8Text(part(encoded));
  if (text === null) throw new MalformedInput('the header is not UTF-8', 0);
  const header = readJson(text);
  if (!isObject(header)) throw new MalformedInput('the header is no object', 0);
  for (const [name, value] of Object.entries(wanted)) {
    if (header[name] !== value) {
      throw new MalformedInput(`${name} is ${JSON.stringify(header[name])}, not ${value}`, 0);
    }
  }
  // RFC 7515, 4.1.11: whoever does not understand a critical member must refuse; `zip` inflates.
  for (const refused of ['crit', 'zip', 'b64']) {
    if (refused in header) throw new MalformedInput(`the header has ${refused}`, 0);
  }
}

function unwrapKey(wrapped: Uint8Array, key: Uint8Array): Uint8Array {
  if (wrapped.length !== KEY_BYTES + KEY_WRAP_IV.length) throw new RangeError('wrapped length');
  const decipher = createDecipheriv('id-aes256-wrap', key, KEY_WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

// Every failure of a cipher means the same here: these bytes were not made with this key.
function opened(what: string, open: () => Uint8Array): Uint8Array {
  try {
    return new Uint8Array(open());
  } catch {
    throw new MalformedInput(`${what} does not decrypt`, 0);
  }
}

function isObject(value: JsonValue): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
