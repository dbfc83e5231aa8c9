import { createCipheriv } from 'node:crypto';
import { fromHex, toBase64url, utf8 } from '../../encoding/bytes.js';
import { readP256Signature } from '../../encoding/ecdsa.js';
import { testDigest, testKey, type TestKey } from './test-key.js';

/** Keys of the classic tokens of the corpus: the app's own, Google's, and strangers'. */
export const PLAY_KEYS = {
  decryption: testDigest('play decryption'),
  otherDecryption: testDigest('play other decryption'),
  signing: testKey('play signing'),
  otherSigning: testKey('play other signing'),
} as const;

const IV_BYTES = 12;

/** A classic token: a JWS inside a JWE. Content key and IV are fixed, as nowhere else they may be. */
export function mintToken(
  payload: string,
  by: { readonly decryption?: Uint8Array; readonly signing?: TestKey } = {},
): string {
  return encrypted(signed(payload, by.signing ?? PLAY_KEYS.signing), by.decryption);
}

/** A compact JWE of A256KW and A256GCM around any text. */
export function encrypted(text: string, key: Uint8Array = PLAY_KEYS.decryption): string {
  const header = encodedJson({ alg: 'A256KW', enc: 'A256GCM' });
  const contentKey = testDigest('play content key');
  const iv = testDigest('play iv').subarray(0, IV_BYTES);
  // RFC 3394, 2.2.3.1: the initial value of AES key wrap.
  const wrap = createCipheriv('id-aes256-wrap', key, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv);
  cipher.setAAD(utf8(header));
  const ciphertext = Buffer.concat([cipher.update(utf8(text)), cipher.final()]);
  const parts = [wrapped, iv, ciphertext, cipher.getAuthTag()].map((part) => toBase64url(part));
  return [header, ...parts].join('.');
}

function signed(payload: string, key: TestKey): string {
  const text = `${encodedJson({ alg: 'ES256' })}.${toBase64url(utf8(payload))}`;
  const { r, s } = readP256Signature(key.sign(utf8(text)));
  // RFC 7518, 3.4: r and s side by side, 32 bytes each.
  const pair = fromHex([r, s].map((value) => value.toString(16).padStart(64, '0')).join(''));
  return `${text}.${toBase64url(pair ?? new Uint8Array())}`;
}

function encodedJson(value: object): string {
  return toBase64url(utf8(JSON.stringify(value)));
}
