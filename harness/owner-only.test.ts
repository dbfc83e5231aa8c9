import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertOwnersAlone, ownFolder, problemOf, readSecret, writeSecret } from './owner-only.js';

const isRoot = process.getuid?.() === 0;
/** A user that every Linux has. */
const NOBODY = 65_534;

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-secrets-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('who may use a secret', () => {
  it('is its user or root, by mode 600 or less', () => {
    expect(problemOf({ uid: 7, mode: 0o100600 }, 7)).toBeNull();
    expect(problemOf({ uid: 7, mode: 0o100400 }, 7)).toBeNull();
    expect(problemOf({ uid: 0, mode: 0o100600 }, 7)).toBeNull();
  });

  it.each([0o640, 0o604, 0o610, 0o601, 0o620, 0o666])('is somebody else by mode %o', (mode) => {
    expect(problemOf({ uid: 7, mode }, 7)).toMatch(/others/);
    expect(problemOf({ uid: 0, mode }, 7)).toMatch(/others/);
  });

  it('is not another user, not even where this one is root', () => {
    expect(problemOf({ uid: 8, mode: 0o600 }, 7)).toMatch(/belongs to user 8, and this is user 7/);
    expect(problemOf({ uid: 7, mode: 0o600 }, 0)).toMatch(/belongs to user 7/);
  });

  it('is not told by modes where a system has no users of this kind', () => {
    expect(problemOf({ uid: 0, mode: 0o100666 }, null)).toBeNull();
  });
});

describe('a secret', () => {
  it('is written for its owner alone, whatever the process masks, and never over another', () => {
    const mask = process.umask(0o777);
    try {
      writeSecret(at('key'), 'secret\n');
    } finally {
      process.umask(mask);
    }
    expect(statSync(at('key')).mode & 0o777).toBe(0o600);
    expect(readSecret(at('key'))).toBe('secret\n');
    expect(() => {
      writeSecret(at('key'), 'other');
    }).toThrow(/EEXIST/);
    expect(readSecret(at('key'))).toBe('secret\n');
  });

  it('is refused where others may read it, with what to do about it', () => {
    writeFileSync(at('key'), 'secret', { mode: 0o600 });
    chmodSync(at('key'), 0o640);
    expect(() => readSecret(at('key'))).toThrow(`${at('key')}: others may read it; chmod 600`);
  });

  it.runIf(isRoot)('is refused where it is another user’s', () => {
    writeSecret(at('key'), 'secret');
    chownSync(at('key'), NOBODY, NOBODY);
    expect(() => readSecret(at('key'))).toThrow(/it belongs to user 65534, and this is user 0/);
  });

  it('is read through a link, and judged by what is at its end', () => {
    writeSecret(at('key'), 'secret');
    symlinkSync('key', at('link'));
    expect(readSecret(at('link'))).toBe('secret');
    chmodSync(at('key'), 0o604);
    expect(() => readSecret(at('link'))).toThrow(/link: others may read it/);
  });

  it.runIf(isRoot)('is not read through a link of another user’s', () => {
    writeSecret(at('key'), 'secret');
    symlinkSync('key', at('link'));
    lchownSync(at('link'), NOBODY, NOBODY);
    expect(() => readSecret(at('link'))).toThrow(/link: is a link, and it belongs to user 65534/);
  });

  it('is no folder and no pipe, and nobody waits for one to be written to', () => {
    mkdirSync(at('folder'), { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', at('pipe')]);
    for (const name of ['folder', 'pipe']) {
      expect(() => readSecret(at(name))).toThrow(`${at(name)}: is no file`);
    }
  });

  it('says so where it is absent or no text', () => {
    expect(() => readSecret(at('none'))).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_UNREADABLE' }) as Error,
    );
    writeFileSync(at('bytes'), Uint8Array.of(0xff, 0xfe), { mode: 0o600 });
    expect(() => readSecret(at('bytes'))).toThrow(/is not UTF-8 text/);
  });
});

describe('a folder of secrets', () => {
  it('is made for its owner alone, and refused where others may enter it', () => {
    ownFolder(at('a/b'));
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700);
    ownFolder(at('a/b'));
    chmodSync(at('a/b'), 0o750);
    expect(() => {
      ownFolder(at('a/b'));
    }).toThrow(/a\/b: others may read it; chmod 700/);
  });

  it('is refused where a file stands in its place', () => {
    writeSecret(at('file'), 'secret');
    expect(() => {
      ownFolder(at('file'));
    }).toThrow(/file: .*EEXIST/);
  });
});

describe('a file that others write, such as a database', () => {
  it('is held to the same rule', () => {
    writeSecret(at('rp.db'), '');
    assertOwnersAlone(at('rp.db'), 'chmod 600');
    chmodSync(at('rp.db'), 0o660);
    expect(() => {
      assertOwnersAlone(at('rp.db'), 'chmod 600');
    }).toThrow(/rp\.db: others may read it; chmod 600/);
  });
});
