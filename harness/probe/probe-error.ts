import type { CommandName } from './commands.js';
import type { ProbeErrorCode } from './error-codes.js';
import type { ProbeFailure } from './protocol.js';
import type { KeyAttempt } from './values.js';

/** A probe's own "no": the phone is there and works, and refused or could not do a command. */
export class ProbeError extends Error {
  readonly command: CommandName;
  readonly code: ProbeErrorCode;
  /** Simple name of the platform's exception class, or its error domain. */
  readonly exception: string | null;
  readonly publicCode: number | null;
  readonly rawCode: number | null;
  readonly transient: boolean | null;
  /** Of `key_generation_failed`: every try. */
  readonly attempts: readonly KeyAttempt[];
  /** How long the phone took to say so. */
  readonly ms: number;

  constructor(command: CommandName, failure: ProbeFailure, ms: number) {
    super(`${command}: ${failure.code}: ${failure.message}`);
    this.name = 'ProbeError';
    this.command = command;
    this.code = failure.code;
    this.exception = failure.exception ?? null;
    this.publicCode = failure.publicCode ?? null;
    this.rawCode = failure.rawCode ?? null;
    this.transient = failure.transient ?? null;
    this.attempts = failure.attempts ?? [];
    this.ms = ms;
  }
}
