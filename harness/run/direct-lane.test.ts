import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { readJournal } from '../report/read-run.js';
import { RUN_FILES } from '../report/record.js';
import { conductDirectly } from './direct-lane.js';
import { replayAppraisal } from './replay.js';
import type { FinishedRun } from './finish-run.js';
import { SABOTAGES } from './sabotages/index.js';
import type { Sabotage } from './sabotages/sabotage.js';

// Real TLS, real relying parties, virtual phones: everything of a night but Appium and the runner.
const TIMEOUT_MS = 60_000;

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'attestlab-direct-'));
});

afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

/** Runs some scenarios of the shipped lab, whose inventory may be otherwise. */
function run(
  scenarios: readonly string[],
  edit: (inventory: string) => string = (yaml) => yaml,
  phones?: readonly string[],
  sabotage?: Sabotage,
): Promise<FinishedRun> {
  const lab = join(work, 'lab');
  cpSync(join(productRoot, 'fixtures', 'labs', 'virtual'), lab, { recursive: true });
  const file = join(lab, 'lab.yaml');
  const absolute = readFileSync(file, 'utf8').replaceAll('../../', `${productRoot}/fixtures/`);
  writeFileSync(file, `${absolute}scenarios: [${scenarios.join(', ')}]\n`);
  const inventory = join(lab, 'inventory.yaml');
  writeFileSync(inventory, edit(readFileSync(inventory, 'utf8')));
  const reports = join(work, 'reports');
  return conductDirectly({
    ...{ lab, reports, timeScale: 0 },
    ...(phones === undefined ? {} : { phones }),
    ...(sabotage === undefined ? {} : { sabotage }),
  });
}

function words(finished: FinishedRun): Readonly<Record<string, string>> {
  return Object.fromEntries(
    finished.outcomes.map(({ job, outcome }) => [
      `${job.phoneAlias} ${job.scenarioId}`,
      outcome.outcome,
    ]),
  );
}

describe('a run in one process', () => {
  it(
    'finds each phone of the shipped lab to be of the class that it is declared to be',
    async () => {
      const { record, gate } = await run(['attestation/no-evidence']);
      expect(gate.exit).toBe(0);
      expect(record.phones).toHaveLength(8);
      for (const { class: measured, declaredClass, drift } of record.phones) {
        expect({ measured, drift }).toEqual({ measured: declaredClass, drift: [] });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'judges a phone by the class that its attestations show, and reports the drift',
    async () => {
      const finished = await run(
        ['attestation/issuance'],
        (yaml) => yaml.replace('      spoof: { kind: leaked-keybox }\n', ''),
        ['pixel-spoofing'],
      );
      expect(finished.record.phones).toMatchObject([
        {
          declaredClass: 'android-spoofing',
          class: 'android-rooted',
          drift: [{ fact: 'attestedBootState', declared: 'verified', measured: 'unverified' }],
        },
      ]);
      // Refused as the rooted phone that it is, and that is what is expected of one.
      expect(words(finished)).toEqual({ 'pixel-spoofing attestation/issuance': 'met' });
    },
    TIMEOUT_MS,
  );

  it(
    'undoes what a story did to a phone before the next one begins',
    async () => {
      const finished = await run(
        [
          'hooking/attestation-replaced',
          'hooking/pin-forced',
          'pinning/pinned-leaf',
          'signed-body/clock-skew',
          'signed-body/future',
        ],
        (yaml) => yaml,
        ['pixel-rooted', 'jailbroken'],
      );
      expect(finished.gate.exit).toBe(0);
      expect(Object.values(words(finished))).not.toContain('unmet');
      expect(words(finished)).toMatchObject({
        'pixel-rooted pinning/pinned-leaf': 'met',
        'jailbroken hooking/pin-forced': 'bypassed-as-expected',
      });
    },
    TIMEOUT_MS,
  );

  it(
    'records the trust that an appraisal went by where it was another one, and replays it',
    async () => {
      const { folder, gate } = await run(
        ['attestation/revoked-since', 'attestation/no-revocation-list'],
        (yaml) => yaml,
        ['pixel-strongbox'],
      );
      expect(gate.exit).toBe(0);
      const appraisals = readJournal(join(folder, RUN_FILES.journal)).flatMap((line) =>
        line.type === 'appraisal' ? [line] : [],
      );
      const others = appraisals.filter(({ trustFile }) => trustFile !== undefined);
      expect(others.map(({ verdict }) => verdict)).toContain('indeterminate');
      expect(others.map(({ verdict }) => verdict)).toContain('rejected');
      for (const { seq } of appraisals) expect(replayAppraisal(folder, seq).same).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'keeps the log of a phone whose scenario did not end as expected, and of no other',
    async () => {
      const sabotage = SABOTAGES.find(({ id }) => id === 'relying-party-accepts-replayed-counter');
      const { folder, gate } = await run(
        ['signed-body/replayed', 'hardware-keys/rsa'],
        (yaml) => yaml,
        ['pixel-tee'],
        sabotage,
      );
      expect(gate.exit).toBe(1);
      const witnesses = readJournal(join(folder, RUN_FILES.journal)).flatMap((line) =>
        line.type === 'witness' ? [line] : [],
      );
      expect(witnesses).toMatchObject([
        { phone: 'pixel-tee', scenario: 'signed-body/replayed', kind: 'device-log' },
      ]);
      const log = readFileSync(join(folder, witnesses[0]?.file ?? ''), 'utf8');
      expect(log).toMatch(/Z network: POST [a-z.:0-9-]+: 200\n/);
      const allure = join(folder, RUN_FILES.allureResults);
      const shown = readdirSync(allure)
        .filter((name) => name.endsWith('.txt'))
        .map((name) => readFileSync(join(allure, name), 'utf8'));
      expect(shown).toContain(log);
    },
    TIMEOUT_MS,
  );
});
