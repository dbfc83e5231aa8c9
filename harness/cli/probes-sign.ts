import { writeFileSync } from 'node:fs';
import { apkKey, signApk, withArchive } from '../app-package/index.js';
import { concatBytes } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { readSecret } from '../owner-only.js';
import { appInspect } from './app-command.js';
import { readInputText } from './input-files.js';
import type { Terminal } from './terminal.js';

/** Arguments of `attestlab probes sign`. */
export interface SignOptions {
  readonly file: string;
  /** Private key, PEM, readable by its owner alone. */
  readonly key: string;
  /** Certificate, PEM. */
  readonly certificate: string;
  readonly out: string;
}

/** Signs an APK with a lab's own key and shows what came of it; exits as `app inspect` does. */
export async function probesSign(
  { file, key, certificate, out }: SignOptions,
  terminal: Terminal,
): Promise<number> {
  const signer = apkKey(readSecret(key), readInputText(certificate));
  const signed = await withArchive(file, (archive) => concatBytes(...signApk(archive, signer)));
  try {
    writeFileSync(out, signed);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${out}: ${reason}`, { cause });
  }
  return appInspect({ file: out }, { terminal, clock: new Date() });
}
