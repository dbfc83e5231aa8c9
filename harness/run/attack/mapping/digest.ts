import { createHash } from 'node:crypto';
import type { NamedValues } from './named-values.js';
import type { Digest } from './schema.js';
import { renderBytes } from './template.js';

/** The bytes that evidence or a signature is made over. */
export function digestOf({ bytes, sha256: hashed }: Digest, values: NamedValues): Uint8Array {
  return hashed === undefined
    ? renderBytes(bytes ?? '', values)
    : sha256(renderBytes(hashed, values));
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
