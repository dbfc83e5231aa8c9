import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInterceptionAuthority } from '../interception/index.js';
import { productRoot } from '../product.js';
import { prepareRun } from '../run/preparation.js';
import { faultLab } from '../run/testing/fault-lab.js';
import { testVendors } from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';
import { writeTrustFolder } from './testing/trust-folder.js';

const ROOT = 'google-ec-p384.pem';

let work: string;
let lab: string;
let trust: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'attestlab-bad-lab-'));
  lab = faultLab(['hardware-keys/rsa']);
  trust = join(lab, 'trust');
  cpSync(join(productRoot, 'fixtures', 'trust'), trust, { recursive: true });
  const file = join(lab, 'lab.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^trust: .*$/m, 'trust: trust'));
});

afterEach(() => {
  for (const folder of [work, lab]) rmSync(folder, { recursive: true, force: true });
});

/** Starts a night of the lab, which must end before it begins; answers what it said, in one line. */
async function refusedNight(): Promise<string> {
  const reports = join(work, 'reports');
  const { exit, out, err } = await command(...['nightly', '--lab', lab, '--reports', reports]);
  expect(exit).toBe(2);
  expect(out).toBe('');
  expect(existsSync(join(reports, 'latest'))).toBe(false);
  return err.replace(/\s+/g, ' ');
}

interface BadRoot {
  readonly root: string;
  readonly spoil: () => void;
  readonly says: RegExp;
}

const BAD_ROOTS: readonly BadRoot[] = [
  {
    root: 'is not there',
    spoil: () => {
      rmSync(join(trust, ROOT));
    },
    says: /google-ec-p384\.pem: ENOENT.* remedy: check the path/,
  },
  {
    root: 'is a folder',
    spoil: () => {
      rmSync(join(trust, ROOT));
      mkdirSync(join(trust, ROOT));
    },
    says: /google-ec-p384\.pem: EISDIR.* remedy: check the path/,
  },
  {
    root: 'is no certificate',
    spoil: () => {
      writeFileSync(join(trust, ROOT), 'hello\n');
    },
    says: /google-ec-p384\.pem: no -----BEGIN CERTIFICATE----- line remedy: correct the trust folder/,
  },
  {
    root: 'is empty',
    spoil: () => {
      truncateSync(join(trust, ROOT));
    },
    says: /google-ec-p384\.pem: .* remedy: correct the trust folder/,
  },
  {
    root: 'is cut off',
    spoil: () => {
      truncateSync(join(trust, ROOT), 400);
    },
    says: /google-ec-p384\.pem: block of line 1 is cut off.* remedy: correct the trust folder/,
  },
  {
    root: 'is that of another authority',
    spoil: () => {
      cpSync(join(trust, 'google-rsa-4096-2022.pem'), join(trust, ROOT));
    },
    says: /trust\.yaml:\d+:\d+: .*google-ec-p384\.pem has the fingerprint .* remedy: correct the named place/,
  },
  {
    root: 'has expired',
    spoil: () => {
      rmSync(trust, { recursive: true });
      const { certificate } = createInterceptionAuthority({
        commonName: 'an old root',
        now: new Date('2001-01-01T00:00:00Z'),
      });
      writeTrustFolder(trust, { ...testVendors(), androidAnchors: [certificate] });
    },
    says: /trust: expired: android-0 remedy: replace them in .*trust/,
  },
];

describe('a night of a lab', () => {
  it.each(BAD_ROOTS)('of which a root $root names it and the remedy', async ({ spoil, says }) => {
    spoil();
    expect(await refusedNight()).toMatch(says);
  });

  it('without a phone that was asked for names the phones that there are', async () => {
    const run = prepareRun({ lab, phones: ['pixel-tee', 'pixel-teee'] });
    await expect(run).rejects.toMatchObject({ code: 'ERR_USAGE', exit: 2 });
    await expect(run).rejects.toThrow(
      /lab\.yaml has no phone "pixel-teee"; its phones: pixel-tee,/,
    );
  });
});
