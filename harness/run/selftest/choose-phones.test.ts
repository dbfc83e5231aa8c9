import { describe, expect, it } from 'vitest';
import { choosePhones, type Candidate } from './choose-phones.js';
import { mustTurn, type Reach, type Turnable } from './compare-pairs.js';

const phones: readonly Candidate[] = [
  { alias: 'tee', facts: { platform: 'android', strongbox: false } },
  { alias: 'iphone', facts: { platform: 'ios', appAttest: true } },
  { alias: 'strongbox', facts: { platform: 'android', strongbox: true } },
  { alias: 'rooted', facts: { platform: 'android', strongbox: false, rooted: true } },
];
const sabotage: Reach = { id: 'lab-levers-do-nothing', platforms: ['android', 'ios'] };
const job = (scenarioId: string, phoneAlias: string) => ({
  ...{ scenarioId, phoneAlias, floor: 'a', title: scenarioId, class: phoneAlias },
});
const everywhere = (id: string) => phones.map(({ alias }) => job(id, alias));
const choose = (
  scenarios: readonly Turnable[],
  jobs: readonly ReturnType<typeof job>[],
  reach = sabotage,
) => choosePhones(reach, scenarios, { phones, jobs });

describe('the phones that a sabotage is tried on', () => {
  it('are the first of each platform, where those show it', () => {
    const scenarios: Turnable[] = [{ id: 'a/b', sabotages: ['lab-levers-do-nothing'] }];
    expect(choose(scenarios, everywhere('a/b'))).toEqual(['tee', 'iphone']);
  });

  it('hold one more for a scenario that is planned on none of those', () => {
    const scenarios: Turnable[] = [{ id: 'a/b', sabotages: ['lab-levers-do-nothing'] }];
    expect(choose(scenarios, [job('a/b', 'rooted')])).toEqual(['tee', 'iphone', 'rooted']);
  });

  it('hold one more for a scenario that is turned on certain phones alone', () => {
    const scenarios: Turnable[] = [
      {
        id: 'a/b',
        sabotages: [{ sabotage: 'lab-levers-do-nothing', on: { strongbox: true } }],
      },
    ];
    expect(choose(scenarios, everywhere('a/b'))).toEqual(['tee', 'iphone', 'strongbox']);
  });

  it('hold the first of each platform also where a sabotage shows on one platform', () => {
    const scenarios: Turnable[] = [{ id: 'a/b', sabotages: ['lab-levers-do-nothing'] }];
    const reach: Reach = { ...sabotage, platforms: ['android'] };
    expect(choose(scenarios, everywhere('a/b'), reach)).toEqual(['tee', 'iphone']);
  });
});

describe('a sabotage must turn a scenario', () => {
  const named: Turnable = {
    id: 'a/b',
    sabotages: [{ sabotage: 'lab-levers-do-nothing', on: { platform: 'ios' } }],
  };

  it('on phones that it reaches and that the scenario names', () => {
    expect(mustTurn(sabotage, named, { platform: 'ios' })).toBe(true);
    expect(mustTurn(sabotage, named, { platform: 'android' })).toBe(false);
    expect(mustTurn({ ...sabotage, platforms: ['android'] }, named, { platform: 'ios' })).toBe(
      false,
    );
  });

  it('only where the scenario names it', () => {
    const other: Turnable = { id: 'a/b', sabotages: ['scenario-does-not-run'] };
    expect(mustTurn(sabotage, other, { platform: 'ios' })).toBe(false);
  });
});
