import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadClasses } from '../farm/classes.js';
import { unmetRequirement } from '../farm/plan.js';
import { productRoot } from '../product.js';
import { collectScenarios } from '../run/scenario.js';
import { scenarioFiles } from '../run/scenario-files.js';
import type { Expectation } from './expectation.js';
import { loadExpectations } from './load-expectations.js';

const folder = join(productRoot, 'fixtures', 'expectations');
const classes = loadClasses(join(productRoot, 'fixtures', 'classes'));
const scenarios = await collectScenarios(scenarioFiles());
const expectations = loadExpectations(folder, []);

const jobs = [...classes.values()].flatMap(({ name, facts }) =>
  scenarios
    .filter(({ requires }) => unmetRequirement(requires, facts) === null)
    .map(({ id }) => ({ class: name, scenarioId: id })),
);
const entries: readonly (readonly [string, Expectation])[] = jobs.flatMap((job) =>
  Object.entries(expectations.find(job) ?? {}).map(
    ([name, entry]) => [`${job.class} ${job.scenarioId} ${name}`, entry] as const,
  ),
);

describe('the expectations that ship', () => {
  it('say something of every class, and of no class that is not there', () => {
    expect(expectations.classes).toEqual([...classes.keys()].sort());
  });

  it.each(jobs)('cover $scenarioId for $class', (job) => {
    expect(Object.keys(expectations.of(job))).not.toHaveLength(0);
  });

  it('name a check for every refusal of a service, as "some failure" is no pass', () => {
    const vague = entries.filter(
      ([, entry]) =>
        entry.kind === 'response' &&
        entry.status >= 400 &&
        (entry.code === null || [...entry.failing, ...entry.undetermined].length === 0),
    );
    expect(vague).toEqual([]);
  });

  it('call a floor bypassed only where something went through that it should stop', () => {
    const floors = entries.filter(([, entry]) => entry.bypass !== undefined);
    expect(floors.length).toBeGreaterThan(0);
    for (const [name, entry] of floors) expect(passes(entry), name).toBe(true);
  });
});

function passes(entry: Expectation): boolean {
  switch (entry.kind) {
    case 'appraisal':
      return entry.verdict === 'accepted';
    case 'response':
      return entry.status < 400;
    case 'wire':
      return entry.outcome === 'answered';
    case 'operation':
      // An order that was received is not the one that was given: that is what went through.
      return entry.outcome === 'done' || entry.operation === 'order.received-as-given';
    case 'ladder':
    case 'measurement':
    case 'signals':
      return false;
  }
}
