import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { toBase64url, utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { readSecret } from '../owner-only.js';
import type { Ear } from '../verifier/ear.js';

/** An attestation result as a compact JWT, signed with ES256 by the P-256 key of a PEM file. */
export function signedEar(claims: Ear, keyFile: string): string {
  const key = readKey(keyFile);
  const part = (value: object): string => toBase64url(utf8(JSON.stringify(value)));
  const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', utf8(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${toBase64url(new Uint8Array(signature))}`;
}

function readKey(file: string): KeyObject {
  const pem = readSecret(file);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is no private key in PEM`, { cause });
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is no key on P-256, as ES256 takes`);
  }
  return key;
}
