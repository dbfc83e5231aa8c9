import { describe, expect, it } from 'vitest';
import type { ObservationOf } from '../../expectation/observation.js';
import type { Outcome } from '../../expectation/outcome.js';
import type { JournalEntry } from '../record.js';
import { falseAccept, met, sampleRun } from '../testing/sample-run.js';
import { matrixPage } from './page.js';

type Signal = ObservationOf<'signals'>['signals'][number];

const raised: Signal = {
  ...{ id: 'clock-drift', status: 'measured', value: 900, unit: 'ms per hour', threshold: 720 },
  ...{ raisedWhen: 'beyond', samples: 9, minimumSamples: 8, raised: true },
  explanation: 'the key’s clock loses <900> ms per hour',
};
const quiet: Signal = { ...raised, id: 'rate', raised: false, explanation: 'four requests' };

function watched(scenario: string, signals: readonly Signal[], outcome: Outcome): JournalEntry {
  return {
    ...{ type: 'observation', phone: 'pixel', scenario, name: 'signals', outcome },
    observation: { kind: 'signals', signals: [...signals] },
    expected: { kind: 'signals', raised: ['clock-drift'], quiet: [] },
  };
}

function sectionOf(scenarios: Readonly<Record<string, readonly Signal[]>>, outcome = met) {
  const lines = Object.entries(scenarios).map(([id, signals]) => watched(id, signals, outcome));
  return sectionWith(lines, outcome);
}

function sectionWith(lines: readonly JournalEntry[], outcome = met) {
  const outcomes = Object.fromEntries(
    lines.flatMap((line) => (line.type === 'observation' ? [[line.scenario, outcome]] : [])),
  ) as Readonly<Record<string, Outcome>>;
  const page = matrixPage(sampleRun(outcomes, lines));
  return page.split('<section class="risk">')[1]?.split('</section>')[0] ?? null;
}

describe('risk signals of a run', () => {
  it('are listed by key with what explains them, those that are raised', () => {
    const section = sectionOf({ 'monitoring/a': [raised, quiet], 'monitoring/b': [quiet] });
    expect(section).toContain('1 of 2 keys whose traffic was watched raised a signal');
    expect(section).toContain('<code>monitoring/a</code>, 1 key: clock-drift');
    expect(section).toContain('<code>clock-drift</code> beyond 720 ms per hour');
    expect(section).toMatch(/<li>pixel .*<b>900<\/b><\/li>/);
    expect(section).toContain('loses &lt;900> ms per hour');
    expect(section).not.toContain('four requests');
    expect(section).not.toContain('monitoring/b');
  });

  it('are explained once, by the key of which there is most to say, with the value of each', () => {
    const low = { ...raised, value: -5123.4, explanation: 'gains 5123 ms per hour' };
    const lines = [raised, low].map((one) => watched('monitoring/a', [one], met));
    const section = sectionWith(lines);
    expect(section).toContain('2 of 2 keys');
    expect(section).toContain('gains 5123');
    expect(section).not.toContain('loses');
    expect(section?.match(/<code>clock-drift<\/code>/g)).toHaveLength(1);
    expect([...(section ?? '').matchAll(/<b>([^<]*)<\/b>/g)].map(([, value]) => value)).toEqual([
      '900',
      '-5120',
    ]);
  });

  it('are opened where they were not as expected', () => {
    expect(sectionOf({ 'monitoring/a': [raised] })).toContain('<details class="more">');
    expect(sectionOf({ 'monitoring/a': [raised] }, falseAccept)).toContain(
      '<details class="more" open>',
    );
  });

  it('are no section of a run that watched no traffic', () => {
    expect(matrixPage(sampleRun({ 'a/b': met }))).not.toContain('Risk signals');
  });
});
