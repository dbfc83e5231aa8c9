import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Builder } from 'junit-report-builder';
import { ATTACKS, describeAttack } from '../attacks/index.js';
import { HarnessError } from '../errors.js';
import type { AttackReport, Reason, TrialResult } from '../run/attack/attack-target.js';
import { inWords } from '../run/attack/target.js';

// The package exports the builder itself, where its types promise a default export.
const junit = createRequire(import.meta.url)('junit-report-builder') as Builder;

/** Writes results as JUnit XML for CI servers. */
export function writeAttackJunit(file: string, report: AttackReport): void {
  try {
    writeFileSync(file, attackJunit(report));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reason}`, { cause });
  }
}

/** Results as JUnit XML: a suite a door, a case an attack; what was not sent is skipped. */
export function attackJunit({ results, unsent }: AttackReport): string {
  const builder = junit.newBuilder().name('attestlab attack');
  const doors = new Set([...results, ...unsent].map(({ door }) => door ?? ELSEWHERE));
  for (const door of doors) {
    const suite = builder.testSuite().name(door);
    const isHere = (one: { readonly door: string | null }) => (one.door ?? ELSEWHERE) === door;
    for (const result of results.filter(isHere)) {
      const added = suite.testCase().className(door).name(result.id);
      const { answer, asItMust, reason } = result;
      if (asItMust === null) added.error(inWords(answer), answer.outcome);
      else if (!asItMust) added.failure(`${answer.outcome}: ${inWords(answer)}`, wrongType(result));
      added.standardOutput(
        [inWords(answer), ...(reason === null ? [] : [REFUSED[reason]]), about(result.id)]
          .join('\n')
          .trimEnd(),
      );
    }
    for (const { id, reason } of unsent.filter(isHere)) {
      suite.testCase().className(door).name(id).standardOutput(`not sent: ${reason}`).skipped();
    }
  }
  return builder.build();
}

const ELSEWHERE = 'no door';

const REFUSED: Readonly<Record<Reason, string>> = {
  'its own': 'refused for its own reason',
  another: 'refused for another reason than its own',
  'not told': 'refused for a reason that is not told',
};

function wrongType({ must }: TrialResult): string {
  return must === 'be refused' ? 'attack-accepted' : 'genuine-refused';
}

function about(id: string): string {
  const one = ATTACKS.find((attack) => attack.id === id);
  return one === undefined ? '' : describeAttack(one);
}
