import { createCipheriv, randomBytes, sign, type KeyObject } from 'node:crypto';
import { toBase64url, utf8 } from './bytes.js';

/** A compact JWS of ES256; header and form of signature as given where a test wants them wrong. */
export function signCompact(
  payload: Uint8Array,
  made: { readonly key: KeyObject; readonly header?: object; readonly dsaEncoding?: 'der' },
): string {
  const header = toBase64url(utf8(JSON.stringify(made.header ?? { alg: 'ES256' })));
  const signed = `${header}.${toBase64url(payload)}`;
  const { key, dsaEncoding = 'ieee-p1363' } = made;
  return `${signed}.${toBase64url(sign('sha256', utf8(signed), { key, dsaEncoding }))}`;
}

/** A compact JWE of A256KW and A256GCM, whatever a test has its header say. */
export function encryptCompact(
  plaintext: Uint8Array,
  made: { readonly key: Uint8Array; readonly header?: object; readonly tagBytes?: number },
): string {
  const header = made.header ?? { alg: 'A256KW', enc: 'A256GCM' };
  const protectedHeader = toBase64url(utf8(JSON.stringify(header)));
  const contentKey = randomBytes(32);
  const wrap = createCipheriv('id-aes256-wrap', made.key, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
  const iv = randomBytes(12);
  const authTagLength = made.tagBytes ?? 16;
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv, { authTagLength });
  cipher.setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const parts = [wrapped, iv, ciphertext, cipher.getAuthTag()].map((part) => toBase64url(part));
  return [protectedHeader, ...parts].join('.');
}
