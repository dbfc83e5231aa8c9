import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadLab } from '../farm/lab.js';
import { productRoot } from '../product.js';
import { labPolicy } from '../run/lab-policy.js';
import { command } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-policy-'));
const example = join(productRoot, 'fixtures', 'policies', 'strongbox.yaml');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('attestlab policy show', () => {
  it('shows what a shipped policy demands, within 80 columns', async () => {
    const { exit, out } = await command('policy', 'show');
    expect(exit).toBe(0);
    expect(out).toMatch(/^policy lab, as it is shipped\n/);
    expect(out).toMatch(/\n {2}required {2}android-key\/device-locked\n/);
    expect(out).toMatch(/androidKey\.revocationMaxAgeDays +7\n/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('shows how a file differs from what it extends', async () => {
    const { exit, out } = await command('policy', 'show', example);
    expect(exit).toBe(0);
    expect(out).toMatch(/changes to lab\n {2}stricter android-key\/strongbox-certified: required,/);
    expect(out).toMatch(/setting androidKey\.minimumLevel: STRONG_BOX, was\s+TRUSTED_ENVIRONMENT/);
  });

  it('calls a demand that is lowered weaker', async () => {
    const file = written('weak.yaml', 'id: weak\nextends: lab\nreported: [csr/key-allowed]\n');
    const { out } = await command('policy', 'show', file);
    expect(out).toMatch(/WEAKER csr\/key-allowed: reported, was required/);
  });

  it('gives the same as JSON', async () => {
    const { exit, out } = await command('policy', 'show', example, '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ id: 'strongbox', extends: 'lab', file: example },
      changes: {
        demands: [{ of: 'android-key/strongbox-certified', from: 'enforced', to: 'required' }],
        settings: [
          { of: 'androidKey.unknownTags', from: 'kept', to: 'rejected' },
          { of: 'androidKey.minimumLevel', from: 'TRUSTED_ENVIRONMENT', to: 'STRONG_BOX' },
          { of: 'androidKey.minimumPatchLevel', to: { os: { maxAgeDays: 120 }, boot: null } },
        ],
      },
      demands: { csr: { 'csr/well-formed': 'required' } },
    });
  });

  it('exits 2 and names the known policies for a name that is none', async () => {
    const { exit, err } = await command('policy', 'show', 'lap');
    expect(exit).toBe(2);
    expect(err).toMatch(/POLICY: no such policy "lap"; known policies: baseline, strict, lab, or/);
    expect(err).toMatch(/ERR_USAGE/);
  });

  it.each([
    [
      'a check that does not exist',
      'id: ours\nextends: lab\nrequired:\n  - android-key/device-lockt\n',
      /ours\.yaml:4:5: required\[0\]: .*nearest: android-key\/device-locked/,
    ],
    [
      'a policy that requires nothing',
      `id: ours\nextends: baseline\nreported:\n${[
        'csr/well-formed',
        'csr/key-allowed',
        'csr/signature-algorithm-allowed',
        'csr/signature-verifies',
      ]
        .map((id) => `  - ${id}\n`)
        .join('')}`,
      /ours\.yaml:4:3: reported: no check of csr is required any more/,
    ],
  ])('exits 2 and names file, line and remedy for %s', async (_what, text, message) => {
    const { exit, err } = await command('policy', 'show', written('ours.yaml', text));
    expect(exit).toBe(2);
    expect(err).toMatch(message);
    expect(err).toMatch(/remedy: /);
  });
});

describe('a lab', () => {
  it('may name a policy file beside its own, which counts among the files of the lab', () => {
    const shipped = join(productRoot, 'fixtures', 'labs', 'virtual');
    const lab = (policy: string): string =>
      written(
        'lab.yaml',
        [
          'name: own-policy',
          `inventory: ${join(shipped, 'inventory.yaml')}`,
          `referenceValues: ${join(shipped, 'reference-values.yaml')}`,
          ...['classes', 'expectations', 'trust'].map(
            (name) => `${name}: ${join(productRoot, 'fixtures', name)}`,
          ),
          `policy: ${policy}\n`,
        ].join('\n'),
      );
    written('own.yaml', 'id: own\nextends: lab\nandroidKey: { minimumLevel: STRONG_BOX }\n');
    const read = loadLab(lab('own.yaml'));
    expect(labPolicy(read)).toMatchObject({
      id: 'own',
      androidKey: { minimumLevel: 'STRONG_BOX', revocationMaxAgeDays: 7 },
      appAttest: { environments: ['production'] },
    });
    written('own.yaml', 'id: own\nextends: lab\n');
    expect(loadLab(lab('own.yaml')).sha256).not.toBe(read.sha256);
    expect(() => loadLab(lab('gone.yaml'))).toThrow(/gone\.yaml/);
    expect(() => loadLab(lab('lap'))).toThrow(/lab\.yaml:\d+:\d+: policy: is no policy/);
  });
});
