import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { virtualPhoneSpecSchema } from '../virtual-lab/phone-spec.js';
import { classify, loadClasses, type DeviceClass } from './classes.js';
import { factDifferences, unmetCondition, type Facts } from './facts.js';
import { loadInventory, type InventoryPhone } from './inventory.js';
import { loadLab } from './lab.js';
import { planRun, type PlannableScenario } from './plan.js';
import { appIds, loadReferenceValues } from './reference-values.js';
import { farmSchemaFiles } from './schemas.js';

const fixtures = join(productRoot, 'fixtures');
const virtualLab = join(fixtures, 'labs', 'virtual');
const classes = loadClasses(join(fixtures, 'classes'));

function deviceClass(name: string): DeviceClass {
  const found = classes.get(name);
  if (found === undefined) throw new Error(`no class ${name}`);
  return found;
}

const tee = deviceClass('android-tee');

function fileWith(name: string, content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'attestlab-farm-')), name);
  writeFileSync(file, content);
  return file;
}

describe('facts', () => {
  it('differ where a stated fact is measured otherwise or not at all', () => {
    const measured: Facts = { platform: 'android', strongbox: true };
    const stated: Facts = { platform: 'android', strongbox: false, tee: true };
    expect(factDifferences(stated, measured)).toEqual([
      { fact: 'strongbox', declared: false, measured: true },
      { fact: 'tee', declared: true, measured: null },
    ]);
  });

  it('do not differ for facts that the class does not state', () => {
    const measured: Facts = { platform: 'ios', rooted: false };
    expect(factDifferences({ platform: 'ios' }, measured)).toEqual([]);
  });

  it('meet a condition by its value or by one of several', () => {
    const facts: Facts = { platform: 'android', bootState: 'self-signed' };
    const several = { bootState: ['verified', 'self-signed'] } as const;
    expect(unmetCondition({ platform: 'android', ...several }, facts)).toBeNull();
    expect(unmetCondition({ bootState: 'verified' }, facts)).toBe(
      'needs bootState verified, but it is self-signed',
    );
  });

  it('never meet a condition that nobody states', () => {
    expect(unmetCondition({ tee: [true, false] }, { platform: 'ios' })).toBe(
      'needs tee true or false, but it is not stated',
    );
  });
});

describe('classify', () => {
  it('keeps the declared class where every fact holds', () => {
    expect(classify(tee.facts, tee, classes)).toEqual({ class: 'android-tee', drift: [] });
  });

  it('lets facts beat the declaration', () => {
    const withStrongBox: DeviceClass = {
      name: 'android-strongbox',
      description: 'with StrongBox',
      facts: { ...tee.facts, strongbox: true },
    };
    const both = new Map([...classes, [withStrongBox.name, withStrongBox]]);
    expect(classify(withStrongBox.facts, tee, both)).toEqual({
      class: 'android-strongbox',
      drift: [{ fact: 'strongbox', declared: false, measured: true }],
    });
  });

  it('leaves a phone without a class where none fits, so that nothing is expected of it by luck', () => {
    const unlocked: Facts = { ...tee.facts, bootloaderLocked: false };
    expect(classify(unlocked, tee, classes)).toMatchObject({
      class: null,
      drift: [{ fact: 'bootloaderLocked' }],
    });
  });

  it('takes the class that says most where several fit', () => {
    const vague: DeviceClass = { name: 'any', description: 'any', facts: { platform: 'android' } };
    const rooted: DeviceClass = {
      name: 'rooted',
      description: 'rooted',
      facts: { ...tee.facts, rooted: true },
    };
    const all = new Map([vague, rooted, tee].map((one) => [one.name, one] as const));
    expect(classify(rooted.facts, tee, all).class).toBe('rooted');
  });
});

describe('loadClasses', () => {
  it('refuses two classes with the same facts, as no phone could be told apart', () => {
    const text = 'description: x\nfacts: { platform: ios }\n';
    const file = fileWith('one.yaml', text);
    writeFileSync(join(file, '..', 'two.yaml'), text);
    expect(() => loadClasses(join(file, '..'))).toThrow(
      'two.yaml:2:8: facts: states the same facts as class "one"',
    );
  });

  it('refuses a fact that does not exist', () => {
    const file = fileWith('x.yaml', 'description: x\nfacts: { platform: ios, strongBox: true }\n');
    expect(() => loadClasses(join(file, '..'))).toThrow(
      'x.yaml:2:25: facts.strongBox: unknown key',
    );
  });
});

describe('loadInventory', () => {
  const phone = `  - alias: a\n    udid: U1\n    platform: android\n    class: android-tee\n`;

  it('fills in what may be left out', () => {
    const { value } = loadInventory(fileWith('inventory.yaml', `phones:\n${phone}`), classes);
    expect(value.phones).toEqual([
      {
        alias: 'a',
        udid: 'U1',
        platform: 'android',
        class: 'android-tee',
        host: 'local',
        appium: 'managed',
        capabilities: {},
      },
    ]);
  });

  it.each([
    ['an alias that is used twice', phone + phone.replace('U1', 'U2'), ':6:12: phones[1].alias'],
    ['a udid that is used twice', phone + phone.replace(': a\n', ': b\n'), ':7:11: phones[1].udid'],
    ['a class that does not exist', phone.replace('android-tee', 'android-tea'), ':5:12: '],
    ['a class of the other platform', phone.replace('platform: android', 'platform: ios'), ':5:12'],
    ['an unknown key', `${phone}    serial: x\n`, ':6:5: phones[0].serial: unknown key'],
    ['an Appium that is no URL', `${phone}    appium: lab7\n`, ':6:13: phones[0].appium'],
    ['an Appium behind another protocol', `${phone}    appium: file:///x\n`, ':6:13: '],
    ['a capability of the run', `${phone}    capabilities: { 'appium:udid': x }\n`, ':6:36: '],
    [
      'a real phone among virtual ones',
      `${phone}    virtual: {}\n${phone.replaceAll(': a\n', ': b\n').replace('U1', 'U2')}`,
      ':7:5: phones[1]: a real phone among virtual ones: ',
    ],
    [
      'a virtual phone among real ones',
      `${phone}${phone.replaceAll(': a\n', ': b\n').replace('U1', 'U2')}    virtual: {}\n`,
      ':6:5: phones[1]: a virtual phone among real ones: ',
    ],
    ['no phone', '  []\n', ':2:3: phones: a lab needs a phone'],
  ])('refuses %s with its place', (_, phones, place) => {
    const file = fileWith('inventory.yaml', `phones:\n${phones}`);
    expect(() => loadInventory(file, classes)).toThrow(`${file}${place}`);
  });

  it('names the remedy where virtual and real phones are mixed', () => {
    const other = phone.replace(': a\n', ': b\n').replace('U1', 'U2');
    const file = fileWith('inventory.yaml', `phones:\n${phone}${other}    virtual: {}\n`);
    expect(() => loadInventory(file, classes)).toThrow(
      expect.objectContaining({
        code: 'ERR_FILE_INVALID',
        message: expect.stringMatching(/put each kind into a lab of its own$/) as string,
      }) as Error,
    );
  });
});

describe('loadReferenceValues', () => {
  const text = `relyingParty: { rpId: rp.example.test }
android: { packages: [a.b], signerDigests: ['${'a'.repeat(64)}'] }
apple: { teamId: ABCDE12345, bundleIds: [a.b, a.c], environment: production }
`;

  it('gives app ids as App Attest binds them', () => {
    const { value } = loadReferenceValues(fileWith('values.yaml', text));
    expect(appIds(value)).toEqual(['ABCDE12345.a.b', 'ABCDE12345.a.c']);
  });

  it.each([
    ['no signer digest, as any signer would do', text.replace(/\['a+'\]/, '[]')],
    ['a digest in capitals', text.replace('aaaa', 'AAAA')],
    ['a package without a dot', text.replace('[a.b]', '[probe]')],
    ['a team id of another length', text.replace('ABCDE12345', 'ABCDE')],
    ['both environments at once', text.replace('production', '[production, development]')],
    ['a relying party that is no DNS name', text.replace('rp.example.test', 'localhost:8443')],
  ])('refuses %s', (_, content) => {
    const file = fileWith('values.yaml', content);
    expect(() => loadReferenceValues(file)).toThrow(
      expect.objectContaining({
        code: 'ERR_FILE_INVALID',
        message: expect.stringContaining(file) as string,
      }) as Error,
    );
  });
});

describe('loadLab', () => {
  it('reads the lab that ships, from its folder or its file', () => {
    const lab = loadLab(virtualLab);
    expect(lab).toMatchObject({
      name: 'virtual',
      policy: 'lab',
      scenarios: null,
      expectationsFolder: join(fixtures, 'expectations'),
      trustFolder: join(fixtures, 'trust'),
    });
    // One phone of each class that ships, so that a night shows what is expected of all of them.
    expect(lab.inventory.value.phones.map((phone) => phone.class).sort()).toEqual(
      [...lab.classes.keys()].sort(),
    );
    expect(loadLab(join(virtualLab, 'lab.yaml')).sha256).toBe(lab.sha256);
  });

  it('ships virtual phones that the virtual lab accepts', () => {
    for (const { udid, platform, virtual } of loadLab(virtualLab).inventory.value.phones) {
      const parsed = virtualPhoneSpecSchema.safeParse({ udid, platform, ...virtual });
      expect(parsed.error?.issues ?? []).toEqual([]);
    }
  });

  it('says which file of a lab is absent', () => {
    const file = fileWith('lab.yaml', 'name: x\nclasses: c\nexpectations: e\ntrust: t\n');
    expect(() => loadLab(file)).toThrow(
      expect.objectContaining({
        code: 'ERR_FILE_UNREADABLE',
        message: expect.stringContaining(join(file, '..', 'c')) as string,
      }) as Error,
    );
  });

  it('names the line of a policy that does not exist, and those that do', () => {
    const file = fileWith(
      'lab.yaml',
      'name: x\npolicy: lax\nclasses: c\nexpectations: e\ntrust: t\n',
    );
    const known = 'known: baseline, strict, lab, or a file that ends in .yaml';
    expect(() => loadLab(file)).toThrow(
      expect.objectContaining({
        code: 'ERR_FILE_INVALID',
        message: `${file}:2:9: policy: is no policy: ${known}`,
      }) as Error,
    );
  });

  it('says so where there is no lab at all', () => {
    expect(() => loadLab('/nonexistent/lab')).toThrow('/nonexistent/lab');
  });
});

describe('planRun', () => {
  const scenario = (id: string, requires: PlannableScenario['requires']): PlannableScenario => ({
    id,
    floor: id.split('/')[0] ?? '',
    title: id,
    requires,
  });
  const phones = loadLab(virtualLab).inventory.value.phones.filter(({ alias }) =>
    ['pixel-tee', 'iphone-enclave'].includes(alias),
  );
  const plan = (
    scenarios: readonly PlannableScenario[],
    select: readonly string[] | null = null,
    on: readonly InventoryPhone[] = phones,
  ): ReturnType<typeof planRun> => planRun({ scenarios, phones: on, classes, select });

  it('pairs a scenario that requires nothing with every phone', () => {
    const { jobs, unmatched } = plan([scenario('a/b', {})]);
    expect(jobs.map((job) => job.phoneAlias)).toEqual(['pixel-tee', 'iphone-enclave']);
    expect(unmatched).toEqual([]);
  });

  it('takes a phone that meets one of several needs', () => {
    const { jobs, unmatched } = plan([
      scenario('a/b', [{ strongbox: true }, { platform: 'ios', appAttest: true }]),
    ]);
    expect(jobs.map((job) => job.phoneAlias)).toEqual(['iphone-enclave']);
    expect(unmatched[0]?.why).toMatch(/^needs strongbox true, .*; needs platform ios, /);
  });

  it('plans nothing on a real phone that is done to virtual phones alone', () => {
    const levers = { ...scenario('a/b', {}), levers: ['hook'] } as const;
    const real = phones.map((phone) => {
      const { virtual, ...others } = phone;
      expect(virtual).toBeDefined();
      return others;
    });
    expect(plan([levers]).jobs).toHaveLength(2);
    const { jobs, unmatched } = plan([levers], null, real);
    expect(jobs).toEqual([]);
    expect(unmatched[0]?.why).toBe(
      'needs a hook put on the phone, which is done to virtual phones alone',
    );
  });

  it('plans nothing for the Kotlin probe that its model alone can show, and says so', () => {
    const scenarios = [{ ...scenario('a/b', {}), levers: ['late-pins'] }] as const;
    const kotlin = planRun({ scenarios, phones, classes, select: null, kotlin: true });
    expect(kotlin.jobs.map((job) => job.phoneAlias)).toEqual(['iphone-enclave']);
    expect(kotlin.unmatched).toMatchObject([{ phoneAlias: 'pixel-tee', unsupported: true }]);
    expect(kotlin.unmatched[0]?.why).toMatch(
      /^needs an app that compares pins after the handshake/,
    );
    const model = planRun({ scenarios, phones, classes, select: null });
    expect(model.jobs).toHaveLength(2);
  });

  it('says which fact keeps a scenario from a phone', () => {
    const { jobs, unmatched, uncovered } = plan([scenario('a/b', { secureEnclave: true })]);
    expect(jobs).toMatchObject([{ phoneAlias: 'iphone-enclave', class: 'iphone-secure-enclave' }]);
    expect(unmatched).toEqual([
      {
        scenarioId: 'a/b',
        phoneAlias: 'pixel-tee',
        why: 'needs secureEnclave true, but it is not stated',
      },
    ]);
    expect(uncovered).toEqual([]);
  });

  it('names a scenario that no phone can run', () => {
    expect(plan([scenario('a/b', { strongbox: true })]).uncovered).toEqual(['a/b']);
  });

  it('selects by id and by floor', () => {
    const scenarios = ['a/b', 'a/c', 'ab/d'].map((id) => scenario(id, {}));
    const ids = (select: readonly string[]): readonly string[] =>
      plan(scenarios, select, phones.slice(0, 1)).jobs.map((job) => job.scenarioId);
    expect([ids(['a/c']), ids(['a/*'])]).toEqual([['a/c'], ['a/b', 'a/c']]);
  });

  it('takes a pattern that selects nothing for a gap in coverage', () => {
    expect(plan([scenario('a/b', {})], ['a/b', 'a/bb']).uncovered).toEqual(['a/bb']);
  });
});

describe('farmSchemaFiles', () => {
  it('gives a schema to each kind of file of a lab', () => {
    expect([...farmSchemaFiles().keys()].sort()).toEqual([
      'class.schema.json',
      'inventory.schema.json',
      'lab.schema.json',
      'play-payloads.schema.json',
      'receipt-answer.schema.json',
      'reference-values.schema.json',
    ]);
  });
});
