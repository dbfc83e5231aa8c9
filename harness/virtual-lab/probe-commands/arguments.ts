import { fromBase64url } from '../../encoding/bytes.js';
import type { AppKeys } from '../app-keys.js';
import { CommandFailure } from './command-failure.js';

/** Bytes of an argument; the schema's pattern lets spare bits and impossible lengths pass. */
export function argumentBytes(name: string, text: string): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new CommandFailure('invalid_args', `${name} is no base64url`);
  return bytes;
}

/** Refuses an alias that no key has. */
export function requireKey(keys: AppKeys, alias: string): void {
  if (keys.aliases().includes(alias)) return;
  throw new CommandFailure('key_not_found', `no key has the alias ${alias}`);
}
