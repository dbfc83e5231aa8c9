import { describe, expect, it } from 'vitest';
import { CHECK_IDS } from '../../verifier/check-ids.js';
import { passed as passedFinding } from '../../verifier/check.js';
import { LAB } from '../../verifier/policies.js';
import type { AttestationResult } from '../../verifier/result.js';
import type { AppraisalInput } from '../../verifier/verifier.js';
import { SABOTAGES, SABOTAGE_IDS, type SabotageId } from '../sabotages/index.js';
import { ignoring } from '../sabotages/wrap.js';
import { collectScenarios } from '../scenario.js';
import { scenarioFiles } from '../scenario-files.js';
import { comparePairs, names, type JobWord } from './compare-pairs.js';

const scenarios = await collectScenarios(scenarioFiles());

describe('the scenarios', () => {
  it('lie in files that are named by their ids', () => {
    for (const { id, floor, file } of scenarios) {
      expect(id.startsWith(`${floor}/`)).toBe(true);
      expect(file).toMatch(new RegExp(`/scenarios/${id}\\.spec\\.ts$`));
    }
  });

  it('have ids that no other has', () => {
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
  });

  it('each name a sabotage that must turn them', () => {
    expect(scenarios.filter(({ sabotages }) => sabotages.length < 1)).toEqual([]);
  });

  it('name every sabotage, so that none is there for nothing', () => {
    const named = (id: SabotageId) => scenarios.some((scenario) => names(scenario, id));
    expect(SABOTAGE_IDS.filter((id) => !named(id))).toEqual([]);
  });

  it('name no sabotage twice', () => {
    for (const { sabotages } of scenarios) {
      const ids = sabotages.map((named) => (typeof named === 'string' ? named : named.sabotage));
      expect(new Set(ids).size).toBe(sabotages.length);
    }
  });

  it('are collected alike a second time, though their files are loaded once', async () => {
    expect(await collectScenarios(scenarioFiles())).toEqual(scenarios);
  });

  it('state what they rest on', () => {
    expect(scenarios.filter(({ refs }) => refs.length === 0)).toEqual([]);
  });
});

describe('a sabotage', () => {
  it('breaks exactly one part', () => {
    for (const {
      relyingParty,
      probe,
      lever,
      phones,
      interception,
      clientFault,
      scenarios: list,
    } of SABOTAGES) {
      const parts = [relyingParty, probe, lever, phones, interception, clientFault, list];
      expect(parts.filter((part) => part !== undefined)).toHaveLength(1);
    }
  });
});

describe('a selftest', () => {
  const sabotage = { id: 'verifier-ignores-challenge', platforms: ['android'] } as const;
  const naming = [
    { id: 'a/named', sabotages: ['verifier-ignores-challenge'] },
    { id: 'a/other', sabotages: ['scenario-does-not-run'] },
  ] as const;
  const job = (
    scenarioId: string,
    platform: 'android' | 'ios',
    outcome: JobWord['outcome'],
  ): JobWord => ({ scenarioId, facts: { platform }, outcome, phoneAlias: `${platform}-phone` });
  const quiet = [job('a/named', 'ios', 'met'), job('a/other', 'android', 'met')];

  it.each(['unmet', 'not-run'] as const)('takes a named scenario that is %s for turned', (word) => {
    const compared = comparePairs(sabotage, naming, [job('a/named', 'android', word), ...quiet]);
    expect(compared.strays).toEqual([]);
    expect(compared.pairs).toEqual([{ scenario: 'a/named', sabotage: sabotage.id, problems: [] }]);
  });

  it.each(['met', 'inconclusive', 'waived'] as const)(
    'takes a named scenario that is %s for not turned',
    (word) => {
      const { pairs } = comparePairs(sabotage, naming, [job('a/named', 'android', word), ...quiet]);
      expect(pairs[0]?.problems).toEqual([`android-phone: still ${word}`]);
    },
  );

  it('reports a scenario that turns without naming the sabotage', () => {
    const jobs = [job('a/named', 'android', 'unmet'), job('a/other', 'android', 'unmet')];
    expect(comparePairs(sabotage, naming, jobs).strays).toEqual([
      'a/other on android-phone: unmet',
    ]);
  });

  it('reports a named scenario that turns on a platform where the sabotage does not show', () => {
    const jobs = [job('a/named', 'android', 'unmet'), job('a/named', 'ios', 'unmet')];
    expect(comparePairs(sabotage, naming, jobs).strays).toEqual(['a/named on ios-phone: unmet']);
  });

  it('does not take a pair that no phone can show for passed', () => {
    const { pairs } = comparePairs(sabotage, naming, quiet);
    expect(pairs[0]?.problems).toEqual(['no phone of the lab shows it']);
  });
});

describe('a verifier that ignores a check', () => {
  const required = LAB.required.filter((id) => id.startsWith('csr/'));
  const result = (failing: string): AttestationResult => ({
    format: 'csr',
    verdict: 'rejected',
    checks: required.map((id) =>
      id === failing
        ? { id, status: 'failed', expected: 'a', actual: 'b' }
        : { id, ...passedFinding },
    ),
    claims: {},
    policyId: LAB.id,
    now: '2026-11-23T00:00:00.000Z',
    verifierVersion: '0',
  });
  const input = { policy: LAB } as AppraisalInput;

  it('accepts what that check alone stands against', () => {
    const appraise = ignoring('csr/signature-verifies')(() => result('csr/signature-verifies'));
    expect(appraise(input).verdict).toBe('accepted');
  });

  it('still rejects what another check stands against', () => {
    const appraise = ignoring('csr/signature-verifies')(() => result('csr/nonce-matches'));
    expect(appraise(input).verdict).toBe('rejected');
  });

  it('is tested with checks that exist', () => {
    expect(Object.keys(CHECK_IDS)).toEqual(expect.arrayContaining([...required]));
    expect(required).toContain('csr/signature-verifies');
  });
});
