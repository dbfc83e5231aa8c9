import { parseAppAttestReceipt } from '../../evidence/app-attest/index.js';
import { appAttestKeyId } from '../../evidence/formats/index.js';
import { HarnessError } from '../../errors.js';
import type { AppraisalPolicy } from '../../verifier/policy.js';
import type { Judge, Question, ReferenceValues } from '../context.js';
import type { RelyingPartyEvents } from '../events.js';
import type { TrafficLog } from '../monitoring/index.js';
import type { ReceiptRefresher } from './refresher.js';

/** What receipts are kept and refreshed with. */
export interface ReceiptsOptions {
  readonly refresher: ReceiptRefresher;
  readonly judge: Pick<Judge, 'appraise'>;
  readonly policy: AppraisalPolicy;
  readonly referenceValues: Pick<ReferenceValues, 'appIds'>;
  readonly clock: () => Date;
  readonly events: RelyingPartyEvents;
  /** Is told each risk metric, as a signal about the phone's keys. */
  readonly monitor?: TrafficLog;
  /** How often it is looked for receipts that are due. */
  readonly refreshMs?: number;
  /** Keys whose receipts are kept; the one attested least recently goes first. */
  readonly limit?: number;
}

const REFRESH_MS = 60_000;
const LIMIT = 10_000;
/** Apple gives out a newer one about once a day. */
const AGAIN_MS = 3_600_000;
/** Where Apple has nothing of a phone any more; it has again once the phone attests. */
const NO_DATA_AGAIN_MS = 86_400_000;
/** How long nobody is asked after that did not work; longer each time that it does not, up to an hour. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Whatever a server says, it is asked again the next day. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

interface Held {
  readonly bytes: Uint8Array;
  /** The point of the App Attest key. */
  readonly publicKey: Uint8Array;
  readonly registrationId: string;
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  readonly endsAtMs: number;
}

/**
 * The newest receipt of each App Attest key that was attested here, in memory: whoever restarts has
 * receipts again as phones attest anew. They only ever inform; no request waits for one.
 */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #held = new Map<string, Held>();
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;
  #pausedUntilMs = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      void this.refreshDue();
    }, options.refreshMs ?? REFRESH_MS);
    this.#timer.unref();
  }

  /** Keeps the receipt of an attestation that was accepted for a registration. */
  keep(question: Question | null, registrationId: string): void {
    if (question?.evidence.format !== 'app-attest-attestation') return;
    const { parsed } = question.evidence;
    if (!parsed.ok || !parsed.value.receipt.ok) return;
    const { receipt, receiptBytes, authData } = parsed.value;
    const { creationTime, expirationTime, notBefore } = receipt.value;
    const keyId = appAttestKeyId(authData.publicKey);
    this.#held.delete(keyId);
    this.#held.set(keyId, {
      ...{ bytes: receiptBytes, publicKey: authData.publicKey, registrationId },
      createdAtMs: creationTime.atMs,
      dueAtMs: (notBefore ?? creationTime).atMs,
      endsAtMs: expirationTime.atMs,
    });
    const [oldest] = this.#held.keys();
    if (this.#held.size > (this.#options.limit ?? LIMIT) && oldest !== undefined) {
      this.#held.delete(oldest);
    }
  }

  /** Refreshes every receipt that is due; while a round is on, waits for that one. */
  refreshDue(): Promise<void> {
    this.#round ??= this.#refreshAll().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  /** Refreshes no more. */
  close(): void {
    clearInterval(this.#timer);
  }

  // One after the other: Apple limits how often it may be asked.
  async #refreshAll(): Promise<void> {
    const { clock, events } = this.#options;
    for (const [keyId, held] of [...this.#held]) {
      const nowMs = clock().getTime();
      if (nowMs < this.#pausedUntilMs) return;
      if (held.endsAtMs <= nowMs) this.#held.delete(keyId);
      else if (held.dueAtMs <= nowMs) {
        // One that fails must not keep the others waiting.
        await this.#refresh(keyId, held).catch(events.onFault.bind(events));
      }
    }
  }

  async #refresh(keyId: string, held: Held): Promise<void> {
    const { refresher, clock, events } = this.#options;
    const askAgain = (afterMs: number): void => {
      this.#replace(keyId, { from: held, to: { ...held, dueAtMs: clock().getTime() + afterMs } });
    };
    const refreshed = await refresher.refresh(held.bytes).catch((error: unknown) => {
      askAgain(AGAIN_MS);
      throw error;
    });
    switch (refreshed.outcome) {
      case 'unavailable':
        // Behind the others: should it be about this receipt after all, they are asked for first.
        askAgain(AGAIN_MS);
        this.#pause(refreshed.retryAfterMs);
        events.onFault(unrefreshed(refreshed.reason));
        return;
      case 'refused':
        askAgain(AGAIN_MS);
        events.onFault(unrefreshed(refreshed.reason));
        break;
      case 'not-due':
        askAgain(AGAIN_MS);
        break;
      case 'no-data':
        askAgain(NO_DATA_AGAIN_MS);
        break;
      case 'newer':
        this.#take(keyId, held, refreshed.receipt);
    }
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #pause(retryAfterMs: number | null): void {
    const pauseMs = Math.min(retryAfterMs ?? this.#pauseMs, LONGEST_RETRY_AFTER_MS);
    this.#pausedUntilMs = this.#options.clock().getTime() + pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  #take(keyId: string, held: Held, bytes: Uint8Array): void {
    const { judge, policy, referenceValues, clock, events, monitor } = this.#options;
    const now = clock();
    const later = { ...held, dueAtMs: now.getTime() + AGAIN_MS };
    const evidence = parseAppAttestReceipt(bytes);
    const { publicKey, registrationId } = held;
    const expected = { publicKey, appIds: referenceValues.appIds };
    const result = judge.appraise({ evidence, expected, policy, now });
    const receipt = evidence.parsed.ok ? evidence.parsed.value : null;
    const isNewer = receipt !== null && receipt.creationTime.atMs > held.createdAtMs;
    const isGood = result.verdict === 'accepted' && isNewer && receipt.type === 'RECEIPT';
    this.#replace(keyId, {
      from: held,
      to: isGood
        ? {
            ...{ bytes, publicKey, registrationId, createdAtMs: receipt.creationTime.atMs },
            dueAtMs: receipt.notBefore?.atMs ?? later.dueAtMs,
            endsAtMs: receipt.expirationTime.atMs,
          }
        : later,
    });
    const riskMetric = isGood ? metricOf(receipt.riskMetric) : null;
    if (riskMetric !== null) {
      const told = { keyId, registrationId, riskMetric, atMs: now.getTime() };
      monitor?.record({ kind: 'risk-metric-told', ...told });
    }
    events.onReceiptRefreshed?.({
      ...{ appAttestKeyId: keyId, registrationId, at: now, result, riskMetric, accepted: isGood },
    });
  }

  // A phone that attested the key meanwhile, or is gone, has the last word.
  #replace(keyId: string, { from, to }: { readonly from: Held; readonly to: Held }): void {
    if (this.#held.get(keyId) === from) this.#held.set(keyId, to);
  }
}

function metricOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function unrefreshed(reason: string): HarnessError {
  return new HarnessError('ERR_RELYING_PARTY', `a receipt was not refreshed: ${reason}`);
}
