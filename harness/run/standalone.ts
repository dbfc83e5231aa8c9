import { join } from 'node:path';
import { HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { wdioSettingsFromEnv, type WdioSettings } from './wdio-settings.js';

/** What the test runner's configuration is filled with, and what it does at the end. */
export interface RunnerSession {
  readonly settings: WdioSettings;
  /** Ends a run that this process has started itself. */
  readonly onComplete: () => Promise<void>;
}

/**
 * The run that this process belongs to. Where none is on, as in a plain `npx wdio run`, one of the
 * shipped lab is started here and ended when the test runner completes.
 */
export async function joinRun(): Promise<RunnerSession> {
  const settings = wdioSettingsFromEnv(process.env);
  if (settings !== null) return { settings, onComplete: () => Promise.resolve() };
  const lab = process.env['ATTESTLAB_LAB'] ?? join(productRoot, 'fixtures', 'labs', 'virtual');
  // Workers come by here as well, and need nothing of what a run is made of.
  const { startRun } = await import('./run.js');
  const run = await startRun({ lab });
  // The test runner's workers inherit this process's environment.
  Object.assign(process.env, run.env);
  return {
    settings: run.settings,
    async onComplete() {
      const { gate, folder } = await run.finish({ cancelled: false, errors: [] });
      process.stderr.write(`reports: ${folder}\n`);
      // The test runner takes an error of this hook for a failed run.
      if (gate.exit !== 0) throw new HarnessError('ERR_USAGE', gate.reasons.join('\n'));
    },
  };
}
