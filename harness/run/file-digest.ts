import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** SHA-256 of a text's UTF-8 or of bytes, lower-case hex. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 over the names and bytes of the code in some folders; tests decide no verdict. */
export function codeDigest(root: string, folders: readonly string[]): string {
  const digest = createHash('sha256');
  for (const folder of folders) {
    for (const file of codeFiles(join(root, folder))) {
      digest
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return digest.digest('hex');
}

function codeFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** SHA-256 of the code that decides verdicts: the verifier and what it reads evidence with. */
export function verifierDigest(): string {
  const harness = fileURLToPath(new URL('..', import.meta.url));
  return codeDigest(harness, ['encoding', 'evidence', 'verifier']);
}
