import { createRequire } from 'node:module';
import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import { costRows } from './cost.js';
import { showMs } from './latency.js';
import { classOf } from './class-results.js';
import { writeOwnedFile } from './owned-file.js';
import type { ReportedJob, ReportedRun } from './read-run.js';
import { RUN_FILES, type PhoneRecord } from './record.js';
import type { Report } from './report.js';
import { deviations, type UnexpectedLine } from './unexpected.js';
import { runtimeOf } from './probe-runtimes.js';

// The package exports the builder itself, where its types promise a default export.
const junit = createRequire(import.meta.url)('junit-report-builder') as Builder;

/** JUnit XML for CI servers: a suite a phone, a case a scenario. */
export const junitReport: Report = {
  name: 'junit',
  write(run, folder) {
    writeOwnedFile(folder, RUN_FILES.junit, junitXml(run));
    return { files: [RUN_FILES.junit] };
  },
};

/** The run as JUnit XML. Pure: the same run gives the same bytes. */
export function junitXml(run: ReportedRun): string {
  const builder = junit.newBuilder().name('attestlab');
  const costs = costRows(run);
  for (const phone of run.record.phones) {
    const suite = builder.testSuite().name(phoneTitle(phone)).timestamp(run.record.startedAt);
    suite.property('phone', phone.alias);
    suite.property('class', phone.class ?? 'none');
    suite.property('declaredClass', phone.declaredClass);
    suite.property('virtual', String(phone.virtual));
    const runtime = runtimeOf(phone);
    if (runtime !== null) suite.property('probe', runtime);
    suite.property('run', run.record.id);
    suite.property('timeScale', String(run.record.timeScale));
    // What phones of a class cost is one figure, given with each of them.
    for (const row of costs) {
      if (row.className !== classOf(phone) || row.virtual !== phone.virtual) continue;
      const kind = row.measuredIn === 'cost-scenarios' ? 'cost' : 'latency';
      const name = [kind, row.operation, ...(row.level === '-' ? [] : [row.level])].join('.');
      const { medianMs, medianBudgetMs, worstMs, worstBudgetMs } = row;
      const figures = { medianMs, medianBudgetMs, worstMs, worstBudgetMs };
      for (const [figure, ms] of Object.entries(figures)) {
        if (ms !== null) suite.property(`${name}.${figure}`, showMs(ms));
      }
    }
    const jobs = run.jobs.filter((job) => job.phone.alias === phone.alias);
    suite.time(seconds(jobs.reduce((total, job) => total + (job.ms ?? 0), 0)));
    for (const job of jobs) addJob(suite, job);
    for (const pair of run.record.plan.unmatched) {
      if (pair.phoneAlias !== phone.alias) continue;
      const name = pair.scenarioId;
      testCase(suite, { name, floor: name.split('/')[0] ?? name, phone })
        .standardOutput(`not planned: ${pair.why}`)
        .skipped();
    }
  }
  return builder.build();
}

function addJob(suite: TestSuite, job: ReportedJob): void {
  const added = testCase(suite, { name: job.scenarioId, floor: job.floor, phone: job.phone });
  added.time(seconds(job.ms ?? 0));
  const { outcome } = job;
  const lines = deviations(job);
  switch (outcome.outcome) {
    case 'met':
      return;
    case 'bypassed-as-expected':
      added.standardOutput(`bypassed as expected: ${outcome.reason}`);
      return;
    case 'waived':
      added.standardOutput(`waived by ${outcome.waiver}`).skipped();
      return;
    case 'unmet':
      added.failure(lines.map(failureText).join('\n'), outcome.kind);
      return;
    // Neither passed nor refused: a CI server must show both as broken, never as green.
    case 'inconclusive':
      added.error(lines.map(failureText).join('\n'), outcome.error.code);
      return;
    case 'not-run':
      added.error(lines.map(failureText).join('\n'), 'not-run');
      return;
  }
}

/** The code first, so that a CI server can sort failures by it. */
function failureText({ code, where, expected, actual }: UnexpectedLine): string {
  const place = where === null ? '' : ` ${where}`;
  return `[${code}${place}] expected ${expected}, actual ${actual}`;
}

function testCase(
  suite: TestSuite,
  names: { readonly name: string; readonly floor: string; readonly phone: PhoneRecord },
): TestCase {
  // The alias belongs to the identity: CI servers merge cases of one class and name.
  return suite.testCase().name(names.name).className(`${names.phone.alias}.${names.floor}`);
}

function phoneTitle(phone: PhoneRecord): string {
  const kind = phone.class ?? phone.declaredClass;
  return `${phone.alias} (${kind}${phone.virtual ? ', virtual' : ''})`;
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
