import { joinRun } from './harness/run/standalone.js';
import { withoutTypeScriptLoader } from './harness/run/worker-loader.js';

const { settings, onComplete } = await joinRun();
const isCompiled = import.meta.url.endsWith('.js');

/** Configuration of the wdio test runner: all scenarios of a phone in one worker, phones side by side. */
export const config: WebdriverIO.Config = {
  runner: 'local',
  framework: 'mocha',
  // One group, so that a phone's scenarios share a worker and the probe is installed once.
  specs: [[...settings.specs]],
  capabilities: settings.phones.map(({ hostname, port, path, protocol, capabilities }) => ({
    ...{ hostname, port, path, protocol },
    ...capabilities,
  })),
  maxInstances: settings.phones.length,
  // A worker waits for its phone most of the time and ends with the night: what V8 does beside it, to
  // optimize its code and to collect garbage sooner, costs the others more than it gives back.
  execArgv: ['--no-opt', '--single-threaded-gc'],
  logLevel: 'error',
  reporters: [],
  connectionRetryCount: 1,
  connectionRetryTimeout: 60_000,
  mochaOpts: { ui: 'bdd', timeout: settings.scenarioTimeoutMs },
  onPrepare() {
    if (!isCompiled) return;
    process.env['NODE_OPTIONS'] = withoutTypeScriptLoader(process.env['NODE_OPTIONS'] ?? '');
  },
  onComplete,
  async after() {
    const { leave } = await import('./harness/run/worker.js');
    await leave();
  },
};
