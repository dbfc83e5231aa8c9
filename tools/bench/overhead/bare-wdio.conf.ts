import { fileURLToPath } from 'node:url';
import { recordingFromEnv } from './recording.js';

const { phones } = recordingFromEnv(process.env);

/** The nightly's own configuration of the test runner, with nothing of the harness in it. */
export const config: WebdriverIO.Config = {
  runner: 'local',
  framework: 'mocha',
  specs: [fileURLToPath(new URL('replay.spec.js', import.meta.url))],
  capabilities: phones.map(({ settings: { hostname, port, path, protocol, capabilities } }) => ({
    ...{ hostname, port, path, protocol },
    ...capabilities,
  })),
  maxInstances: phones.length,
  logLevel: 'error',
  reporters: [],
  connectionRetryCount: 1,
  connectionRetryTimeout: 60_000,
  mochaOpts: { ui: 'bdd', timeout: 600_000 },
};
