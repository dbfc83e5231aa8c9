import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, HarnessError } from '../harness/errors.js';
import { productRoot } from '../harness/product.js';
import { RECORD_REPORTS } from '../harness/report/report.js';
import { conductRun } from '../harness/run/nightly.js';
import { freshKotlinBuild } from '../harness/virtual-lab/jvm/kotlin-build.js';

// `npm run probes:check:jvm`: the Kotlin probe on two virtual phones, told all that applies to them.
// One has every rung of the ladder, the other every hook. What a night with all phones adds is more
// of the same: `attestlab nightly --probe jvm`. A machine that lacks something hears it, exit 2.
const PHONES = ['pixel-strongbox', 'pixel-rooted'];
const AS_EXPECTED: ReadonlySet<string> = new Set(['met', 'bypassed-as-expected']);

const reports = mkdtempSync(join(tmpdir(), 'attestlab-jvm-check-'));
try {
  const kotlin = await freshKotlinBuild((text) => void process.stderr.write(text));
  const lab = join(productRoot, 'fixtures', 'labs', 'virtual');
  const run = await conductRun(
    { lab, kotlin, reports, phones: PHONES, reportsWritten: RECORD_REPORTS },
    new AbortController().signal,
  );
  const others = run.outcomes.filter(({ outcome }) => !AS_EXPECTED.has(outcome.outcome));
  for (const { job, outcome } of others) {
    process.stdout.write(`${job.scenarioId} on ${job.phoneAlias}: ${JSON.stringify(outcome)}\n`);
  }
  for (const { alias, runtime } of run.record.phones) {
    process.stdout.write(
      `${alias}: ${runtime?.flavour ?? 'model'}, ${runtime?.tlsProvider ?? ''}\n`,
    );
  }
  process.stdout.write(`${run.outcomes.length - others.length} passed, ${others.length} failed\n`);
  process.exitCode = others.length === 0 && run.outcomes.length > 0 ? EXIT.passed : 1;
} catch (error) {
  if (!(error instanceof HarnessError)) throw error;
  process.stderr.write(`probes:check:jvm: ${error.message}\n`);
  process.exitCode = error.exit;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
