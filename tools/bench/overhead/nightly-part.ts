import { writeFileSync } from 'node:fs';
import { RECORD_REPORTS } from '../../../harness/report/report.js';
import { RUN_FILES } from '../../../harness/report/record.js';
import type { Run } from '../../../harness/run/run.js';
import { startRunWithRunner } from '../../../harness/run/test-runner.js';
import { wdioSettingsEnv } from '../../../harness/run/wdio-settings.js';
import { freshKotlinBuild } from '../../../harness/virtual-lab/jvm/kotlin-build.js';
import { mark, requestsIn } from './mark.js';
import { partOrder, tellResult } from './part.js';
import { startRecorder, type Recorder } from './recorder.js';
import type { Recording } from './recording.js';

// A nightly in a process of its own, as `attestlab nightly` conducts it, but for Allure's page.
// With `record` it is a nightly through recorders instead, of which no time is taken.
const { lab, reports, phones, recording, record, probe } = partOrder();

const AS_EXPECTED: ReadonlySet<string> = new Set(['met', 'bypassed-as-expected']);

const kotlin = probe === 'jvm' ? { kotlin: await freshKotlinBuild(() => undefined) } : {};
const told = { lab, reports, phones, reportsWritten: RECORD_REPORTS, ...kotlin };
const { run, runner } = await startRunWithRunner(told);
const recorders = record ? await startRecorders(run) : new Map<string, Recorder>();
const ready = mark();
runner.begin(record ? through(run, recorders) : run.env);
await runner.exited;
await runner.stop(0);
const ran = mark();
const { outcomes, folder } = await run.finish({ cancelled: false, errors: [] });
const ended = mark();

// What was done by a phone that failed half way would be half a night.
const unmet = outcomes.filter(({ outcome }) => !AS_EXPECTED.has(outcome.outcome));
if (unmet.length > 0)
  throw new Error(`${unmet.length} jobs did not end as expected; see ${folder}`);
await Promise.all([...recorders.values()].map((recorder) => recorder.close()));
if (record) writeFileSync(recording, JSON.stringify(recordedBy(run, recorders)), { mode: 0o600 });
const log = `${folder}/${RUN_FILES.appiumLog}`;
tellResult({ marks: { ready, ran, ended }, requests: requestsIn(log), answered: null });

async function startRecorders({ settings }: Run): Promise<ReadonlyMap<string, Recorder>> {
  const started = settings.phones.map(
    async (phone) => [phone.alias, await startRecorder(phone)] as const,
  );
  return new Map(await Promise.all(started));
}

function through(
  { settings, env }: Run,
  standing: ReadonlyMap<string, Recorder>,
): Readonly<Record<string, string>> {
  const redirected = settings.phones.map((phone) => ({
    ...phone,
    port: standing.get(phone.alias)?.port ?? phone.port,
  }));
  return { ...env, ...wdioSettingsEnv({ ...settings, phones: redirected }) };
}

function recordedBy({ settings, stage }: Run, standing: ReadonlyMap<string, Recorder>): Recording {
  const phones = settings.phones.map((phone) => ({
    settings: phone,
    commands: standing.get(phone.alias)?.commands ?? [],
  }));
  return { server: stage.pki.server, phones };
}
