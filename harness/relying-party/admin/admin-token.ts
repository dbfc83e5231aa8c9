import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { HarnessError } from '../../errors.js';
import { readSecret, writeSecret } from '../../owner-only.js';

const TOKEN = /^[A-Za-z0-9_-]{43,}$/;

/** The token of a file that only its owner may read; made where there is none. */
export function readAdminToken(file: string): string {
  if (!existsSync(file)) writeSecret(file, `${randomBytes(32).toString('base64url')}\n`);
  const token = readSecret(file).trim();
  if (TOKEN.test(token)) return token;
  throw new HarnessError('ERR_FILE_INVALID', `${file}: a token has 43 or more of A-Z a-z 0-9 _ -`);
}
