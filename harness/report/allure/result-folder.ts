import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attachment, TestResult } from 'allure-js-commons';
import { stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';
import type { Category, EnvironmentInfo, ExecutorInfo } from 'allure-js-commons/sdk';
import { HarnessError } from '../../errors.js';
import { removeQuietly } from '../owned-file.js';

const EXTENSIONS = {
  'application/cbor': 'cbor',
  'application/json': 'json',
  'application/pkcs10': 'csr',
  'application/pkcs7-mime': 'p7m',
  'image/png': 'png',
  'text/csv': 'csv',
  'text/plain': 'txt',
} as const;

/** A text or file that is shown with a result. */
export interface Attached {
  readonly name: string;
  readonly type: keyof typeof EXTENSIONS;
  readonly content: string | Uint8Array;
}

/**
 * A folder of Allure results that only its owner can read. The library's own writer flushes each of
 * hundreds of small files to the disk and leaves them readable by all; the record, from which every
 * report can be made again, is what has to last.
 */
export class AllureResultFolder {
  readonly #path: string;
  readonly #written = new Set<string>();

  /** Starts from an empty folder: what an earlier attempt left would count as tests of this run. */
  constructor(path: string) {
    this.#path = path;
    try {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(join(path, 'history'), { recursive: true, mode: 0o700 });
      // The mode above counts for the innermost folder alone.
      chmodSync(path, 0o700);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new HarnessError('ERR_FILE_UNWRITABLE', `${path}: ${reason}`, { cause });
    }
  }

  /** Stores a content once, however often it is attached, and answers how a result names it. */
  attach({ name, type, content }: Attached): Attachment {
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 32);
    const source = `${digest}-attachment.${EXTENSIONS[type]}`;
    if (!this.#written.has(source)) this.#write(source, content);
    this.#written.add(source);
    return { name, type, source };
  }

  writeResult(result: TestResult): void {
    this.#write(`${result.uuid}-result.json`, JSON.stringify(result));
  }

  writeCategories(categories: readonly Category[]): void {
    this.#write('categories.json', JSON.stringify(categories));
  }

  writeEnvironment(environment: EnvironmentInfo): void {
    this.#write('environment.properties', stringifyEnvInfo(environment));
  }

  writeExecutor(executor: ExecutorInfo): void {
    this.#write('executor.json', JSON.stringify(executor));
  }

  /** Puts the history of earlier runs where Allure looks for it. */
  writeHistory(files: ReadonlyMap<string, string>): void {
    for (const [name, text] of files) this.#write(join('history', name), text);
  }

  // Each name is new in a folder that was empty, so nothing has to stand beside it until it is whole.
  #write(name: string, content: string | Uint8Array): void {
    const file = join(this.#path, name);
    try {
      writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
    } catch (cause) {
      removeQuietly(file);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reason}`, { cause });
    }
  }
}
