/** How far a request came that failed; before `application` none of its bytes was written. */
export type SendPhase = 'resolve' | 'connect' | 'handshake' | 'pin' | 'application';

/** A request that failed on its way: an answer of the phone's network, no error of the lab. */
export class SendFailure extends Error {
  readonly phase: SendPhase;

  constructor(phase: SendPhase, message: string) {
    super(message);
    this.name = 'SendFailure';
    this.phase = phase;
  }
}

/** The failure that an error is, or null where it is a bug. */
export function failed(error: unknown): SendFailure | null {
  return error instanceof SendFailure ? error : null;
}

/** What a socket's error says, code first. */
export function socketFailure(phase: SendPhase, error: Error): SendFailure {
  const code: unknown = Reflect.get(error, 'code');
  return new SendFailure(
    phase,
    typeof code === 'string' ? `${code}: ${error.message}` : error.message,
  );
}

/** How long each step may take. */
export const STEP_TIMEOUT_MS = 10_000;
