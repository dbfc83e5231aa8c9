import { equalBytes } from '../encoding/bytes.js';
import type { SignedRequest } from '../evidence/signed-request/index.js';

/** What an accepted request led to. */
export interface Answered {
  readonly orderId: string;
}

interface Kept {
  readonly signature: Uint8Array;
  readonly answered: Answered;
  readonly endsAtMs: number;
}

/** More than are answered while one of them may be sent again; what is older goes first. */
const MOST_KEPT = 50_000;

/**
 * Requests that were accepted here lately, so that one that is sent again because its answer was lost
 * is told from one that uses its counter for something else. Nothing rests on it: whichever it is, it
 * is refused, and where nobody remembers (another process, a restart) the answer says less.
 */
export class AnsweredRequests {
  readonly #mostKept: number;
  /** The one that was kept longest ago first. */
  readonly #kept = new Map<string, Kept>();

  constructor(mostKept = MOST_KEPT) {
    this.#mostKept = mostKept;
  }

  /** Keeps what a request led to for as long as its timestamp would let it pass again. */
  keep(request: SignedRequest, answered: Answered, endsAtMs: number): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#mostKept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(nameOf(request), { signature: request.signature, answered, endsAtMs });
  }

  /**
   * What the identical request led to; null where none is known. Call it only for a request whose
   * signature holds: the same signature is then over the same text.
   */
  find(request: SignedRequest, nowMs: number): Answered | null {
    const kept = this.#kept.get(nameOf(request));
    if (kept === undefined || kept.endsAtMs < nowMs) return null;
    return equalBytes(kept.signature, request.signature) ? kept.answered : null;
  }
}

function nameOf({ keyId, epoch, counter }: SignedRequest): string {
  return `${keyId} ${epoch} ${counter}`;
}
