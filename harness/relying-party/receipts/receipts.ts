import { parseAppAttestReceipt } from '../../evidence/app-attest/index.js';
import { appAttestKeyId } from '../../evidence/formats/index.js';
import type { AppraisalPolicy } from '../../verifier/policy.js';
import type { Judge, Question, ReferenceValues } from '../context.js';
import type { RelyingPartyEvents } from '../events.js';
import type { ReceiptRefresher } from './refresher.js';

/** What receipts are kept and refreshed with. */
export interface ReceiptsOptions {
  readonly refresher: ReceiptRefresher;
  readonly judge: Pick<Judge, 'appraise'>;
  readonly policy: AppraisalPolicy;
  readonly referenceValues: Pick<ReferenceValues, 'appIds'>;
  readonly clock: () => Date;
  readonly events: RelyingPartyEvents;
  /** How often it is looked for receipts that are due. */
  readonly refreshMs?: number;
  /** Keys whose receipts are kept; the one attested least recently goes first. */
  readonly limit?: number;
}

const REFRESH_MS = 60_000;
const LIMIT = 10_000;
/** Apple gives out a newer one about once a day. */
const AGAIN_MS = 3_600_000;

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
      if (held.endsAtMs <= nowMs) this.#held.delete(keyId);
      else if (held.dueAtMs <= nowMs) {
        // One that fails must not keep the others waiting; it is due again at the next round.
        await this.#refresh(keyId, held).catch(events.onFault.bind(events));
      }
    }
  }

  async #refresh(keyId: string, held: Held): Promise<void> {
    const { refresher, judge, policy, referenceValues, clock, events } = this.#options;
    const bytes = await refresher.refresh(held.bytes);
    const now = clock();
    const later = { ...held, dueAtMs: now.getTime() + AGAIN_MS };
    if (bytes === null) {
      this.#replace(keyId, { from: held, to: later });
      return;
    }
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
    events.onReceiptRefreshed?.({
      ...{ appAttestKeyId: keyId, registrationId, at: now, result, accepted: isGood },
      riskMetric: isGood ? metricOf(receipt.riskMetric) : null,
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
