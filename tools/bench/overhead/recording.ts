import { readFileSync } from 'node:fs';
import type { ServerCredentials } from '../../../harness/relying-party/pki.js';
import type { WdioSettings } from '../../../harness/run/wdio-settings.js';

/** A WebDriver command of a session, as it went over the wire. */
export interface RecordedCommand {
  readonly method: string;
  /** Below the session: `/execute/sync`. */
  readonly path: string;
  readonly body: unknown;
  /** The request that the command's deep link named by a one-time URL; null where it held it itself. */
  readonly hosted: string | null;
  /** Whether Appium did it. */
  readonly done: boolean;
}

/** All commands of a phone's session, and how the session was asked for. */
export interface RecordedPhone {
  readonly settings: WdioSettings['phones'][number];
  readonly commands: readonly RecordedCommand[];
}

/** What a night's phones were sent. */
export interface Recording {
  /** What the relying party proved itself by; made for that night alone. */
  readonly server: ServerCredentials;
  readonly phones: readonly RecordedPhone[];
}

/** Names the file that holds the recording, for the bare test runner and its workers. */
export const RECORDING_ENV = 'ATTESTLAB_BENCH_RECORDING';

/** The recording in a file: the benchmark's own, of a moment ago. */
export function readRecording(file: string): Recording {
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

/** The recording that this process is to replay. */
export function recordingFromEnv(env: NodeJS.ProcessEnv): Recording {
  const file = env[RECORDING_ENV];
  if (file === undefined) throw new Error(`${RECORDING_ENV} is not set`);
  return readRecording(file);
}
