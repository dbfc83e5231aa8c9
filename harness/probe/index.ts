export { createAppiumTransport, type AppiumProbe, type AppiumSession } from './appium-transport.js';
export {
  COMMANDS,
  COMMAND_NAMES,
  isCommandName,
  type CommandArgs,
  type CommandName,
  type CommandResult,
} from './commands.js';
export { PROBE_ERRORS, type ProbeErrorCode } from './error-codes.js';
export { DEEP_LINK_PREFIX, ELEMENTS, LIMITS, PROTOCOL_VERSIONS } from './limits.js';
export {
  createProbeClient,
  newProbeSecret,
  type Answered,
  type ProbeClient,
  type ProbeClientOptions,
} from './probe-client.js';
export { ProbeError } from './probe-error.js';
export { startRequestHost, type RequestHost, type RequestHostOptions } from './request-host.js';
export type { ProbeTransport } from './transport.js';
export type { KeyAttempt } from './values.js';
