import type { ProbeErrorCode } from '../../probe/error-codes.js';
import type { ProbeFailure } from '../../probe/protocol.js';
import type { KeyAttempt } from '../../probe/values.js';
import { KeystoreException, type KeystoreFailure } from '../secure-hardware/index.js';

/** A command's "no", as the probe answers it. */
export class CommandFailure extends Error {
  readonly failure: ProbeFailure;

  constructor(
    code: ProbeErrorCode,
    message: string,
    details: Omit<ProbeFailure, 'code' | 'message'> = {},
  ) {
    super(message);
    this.name = 'CommandFailure';
    this.failure = { code, message, ...details };
  }
}

/** What the platform said, in the protocol's words; a code that it did not give is left out. */
export function platformDetails(
  failure: KeystoreFailure,
): Pick<Extract<KeyAttempt, { ok: false }>, 'exception' | 'publicCode' | 'rawCode' | 'transient'> {
  return {
    exception: failure.className,
    ...(failure.publicCode === null ? {} : { publicCode: failure.publicCode }),
    ...(failure.rawCode === null ? {} : { rawCode: failure.rawCode }),
    transient: failure.transient,
  };
}

/** Runs something that the keystore may refuse; a refusal becomes a failure with this code. */
export async function refusedAs<T>(code: ProbeErrorCode, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof KeystoreException)) throw error;
    throw new CommandFailure(code, error.message, platformDetails(error));
  }
}
