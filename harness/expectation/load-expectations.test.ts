import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectationSchemaFiles, loadExpectations } from './load-expectations.js';

const job = { class: 'android-tee', scenarioId: 'attestation/issuance' };

const text = `scenarios:
  attestation/issuance:
    enrolment: { kind: response, status: 201 }
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-expectations-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe('loadExpectations', () => {
  it('gives the expectations of a planned job', () => {
    const loaded = loadExpectations(folderWith({ 'android-tee.yaml': text }), [job]);
    expect(loaded.of(job)).toEqual({
      enrolment: { kind: 'response', status: 201, code: null, failing: [], undetermined: [] },
    });
  });

  it('refuses a planned class without a file, and names the file to add', () => {
    const folder = folderWith({ 'android-tee.yaml': text });
    const planned = [{ ...job, class: 'iphone-secure-enclave' }];
    expect(() => loadExpectations(folder, planned)).toThrow(
      `${folder}: class "iphone-secure-enclave" has no expectations; add iphone-secure-enclave.yaml`,
    );
  });

  it('refuses a planned scenario without an entry, and names class, scenario and file', () => {
    const folder = folderWith({ 'android-tee.yaml': text });
    const planned = [{ ...job, scenarioId: 'attestation/no-evidence' }];
    expect(() => loadExpectations(folder, planned)).toThrow(
      `${folder}/android-tee.yaml:2:3: scenarios: class "android-tee" states nothing for scenario "attestation/no-evidence"`,
    );
  });

  it.each([
    ['an unknown key', text.replace('status: 201', 'status: 201, statuss: 1'), ':3:47: '],
    ['a check that does not exist', text.replace('201', '201, failing: [csr/nonsense]'), ':3:57: '],
    ['a scenario that expects nothing', 'scenarios:\n  a/b: {}\n', ':2:8: '],
    ['a scenario id of another shape', text.replace('attestation/', ''), ':3:5: '],
  ])('refuses %s with its line and column', (_, content, place) => {
    const folder = folderWith({ 'android-tee.yaml': content });
    expect(() => loadExpectations(folder, [])).toThrow(`android-tee.yaml${place}`);
  });

  it('hashes names and contents, so that a swap of two files shows', () => {
    const other = text.replace('201', '403');
    const hash = (files: Readonly<Record<string, string>>): string =>
      loadExpectations(folderWith(files), []).sha256;
    const first = hash({ 'a.yaml': text, 'b.yaml': other });
    expect(first).toBe(hash({ 'a.yaml': text, 'b.yaml': other }));
    expect(first).not.toBe(hash({ 'a.yaml': other, 'b.yaml': text }));
  });

  it('publishes a schema that completes kinds and check ids', () => {
    const schema = expectationSchemaFiles().get('expectations.schema.json') ?? '';
    expect(schema).toContain('"appraisal"');
    expect(schema).toContain('"android-key/challenge-matches"');
  });

  describe('of a file that extends others', () => {
    const own = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
    const shared = own(
      'scenarios:',
      '  attestation/issuance:',
      '    enrolment: { kind: response, status: 201 }',
      '    second: { kind: response, status: 200 }',
    );
    const load = (file: string, more: Readonly<Record<string, string>> = {}) =>
      loadExpectations(
        folderWith({ 'android-tee.yaml': file, 'shared/android.yaml': shared, ...more }),
        [job],
      ).of(job);

    it('holds what it inherits', () => {
      const inherited = load('extends: [android]\nscenarios: {}\n');
      expect(Object.keys(inherited)).toEqual(['enrolment', 'second']);
    });

    it('replaces single observations, and null takes one away', () => {
      const stated = load(
        own(
          'extends: [android]',
          'scenarios:',
          '  attestation/issuance:',
          '    enrolment: { kind: response, status: 403, code: x, failing: [csr/well-formed] }',
          '    second: null',
        ),
      );
      expect(Object.keys(stated)).toEqual(['enrolment']);
      expect(stated['enrolment']).toMatchObject({ status: 403, failing: ['csr/well-formed'] });
    });

    it('takes the later of two that it extends', () => {
      const later = shared.replace('201', '202');
      const stated = load('extends: [android, later]\nscenarios: {}\n', {
        'shared/later.yaml': later,
      });
      expect(stated['enrolment']).toMatchObject({ status: 202 });
    });

    it.each([
      ['a file that is not there', 'extends: [ios]\nscenarios: {}\n', ':1:11: '],
      [
        'a scenario of which nothing is left',
        own(
          'extends: [android]',
          'scenarios:',
          '  attestation/issuance: { enrolment: null, second: null }',
        ),
        ':3:25: ',
      ],
    ])('refuses %s with its line and column', (_, file, place) => {
      expect(() => load(file)).toThrow(`android-tee.yaml${place}`);
    });

    it('refuses a circle', () => {
      const circle = `extends: [android]\n${shared}`;
      expect(() =>
        load('extends: [android]\nscenarios: {}\n', { 'shared/android.yaml': circle }),
      ).toThrow('extends itself');
    });

    it('hashes what is inherited too', () => {
      const hash = (content: string): string =>
        loadExpectations(folderWith({ 'a.yaml': text, 'shared/b.yaml': content }), []).sha256;
      expect(hash(shared)).not.toBe(hash(shared.replace('201', '202')));
    });
  });
});
