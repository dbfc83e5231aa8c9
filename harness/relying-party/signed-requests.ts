import { randomUUID } from 'node:crypto';
import {
  parseSignedRequest,
  type SignedRequest,
  type SignedHttpRequest,
} from '../evidence/signed-request/index.js';
import { withStatus, type AttestationResult } from '../verifier/result.js';
import { AnsweredRequests } from './answered-requests.js';
import type { Received } from './challenges.js';
import { signingKeyChecks } from './checks/deny-list.js';
import { appraise, judgedByPolicy, judgedByRules, type Context } from './context.js';
import type { KeySource } from './known-signing-keys.js';
import { refusalOf } from './refusal.js';
import { accepted, refused, withMembers } from './reply.js';
import { allHold, runRules } from './rules.js';
import { findSigner, signerIdsOf } from './signers.js';
import type { Registration, Reply } from './store.js';

const FORGET_EVERY_MS = 60_000;

/** Accepts each signed request once. */
export class SignedRequests {
  readonly #context: Context;
  readonly #answered = new AnsweredRequests();
  #forgottenAtMs = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Answers a request over the connection of `registration`. */
  async accept(
    registration: Registration,
    request: SignedHttpRequest,
    received: Pick<Received, 'exchangeId' | 'address'>,
  ): Promise<Reply> {
    const { exchangeId, address } = received;
    const { policy } = this.#context;
    const { subject } = registration;
    const evidence = parseSignedRequest(request);
    const { parsed } = evidence;
    const occasion = { exchangeId, subject, purpose: 'request' } as const;
    const denied = parsed.ok ? this.#context.denyList.find([parsed.value.keyId]) : null;
    const onRecord = runRules(signingKeyChecks, { denied }, this.#context.judge.rules);
    for (let source: KeySource = 'memory'; ; source = 'store') {
      const signer = parsed.ok ? await findSigner(this.#context, parsed.value, source) : null;
      const connectionKeyIds = await signerIdsOf(this.#context, registration, signer);
      const result = appraise(this.#context, occasion, {
        evidence,
        expected: { key: signer?.key ?? null, connectionKeyIds },
      });
      if (result.verdict !== 'accepted' || !parsed.ok || !allHold(onRecord)) {
        // What is remembered of a key may be behind the store: then it is judged again.
        if (signer !== null && !(await signer.isCurrent())) continue;
        const addressee = { subject, ...(parsed.ok ? { keyId: parsed.value.keyId } : {}) };
        const nowMs = Date.parse(result.now);
        const clocks = parsed.ok ? { nowMs, statedMs: parsed.value.timestampMs } : null;
        const refusal = refusalOf([...judgedByRules(onRecord), ...judgedByPolicy(result, policy)]);
        if (signer !== null && parsed.ok) {
          this.#tell(parsed.value, { registration, result, address, code: refusal.code });
        }
        const reply = refused(refusal, addressee, clocks);
        return parsed.ok ? this.#orRepeated(reply, parsed.value, result) : reply;
      }
      const { keyId, epoch, counter } = parsed.value;
      // State changes only now, and only if no parallel request used a counter meanwhile; otherwise
      // the verifier judges again and says whether this is a replay or a rollback.
      if (signer !== null && !(await signer.count(parsed.value))) continue;
      if (signer !== null) this.#tell(parsed.value, { registration, result, address, code: null });
      await this.#forgetNonces(Date.parse(result.now));
      const orderId = randomUUID();
      this.#answered.keep(parsed.value, { orderId }, this.#endOf(parsed.value));
      return accepted(
        200,
        {
          orderId,
          keyId,
          epoch: epoch.toString(),
          counter: counter.toString(),
        },
        { subject, keyId, checks: [...onRecord, ...result.checks] },
      );
    }
  }

  // A counter that was used is refused either way; only who signed the very same request may know of it.
  #orRepeated(reply: Reply, request: SignedRequest, result: AttestationResult): Reply {
    if (reply.code !== 'counter_replayed' || !isSigned(result)) return reply;
    const repeats = this.#answered.find(request, Date.parse(result.now));
    return repeats === null ? reply : withMembers(reply, { repeats });
  }

  /** When a request is too old whatever its counter. */
  #endOf({ timestampMs }: SignedRequest): number {
    return Number(timestampMs) + this.#context.policy.signedRequest.pastWindowMs;
  }

  async #forgetNonces(nowMs: number): Promise<void> {
    const { counterMode, store } = this.#context;
    if (counterMode !== 'nonce' || nowMs - this.#forgottenAtMs < FORGET_EVERY_MS) return;
    this.#forgottenAtMs = nowMs;
    await store.forgetNonces(nowMs);
  }

  // Only of keys that are registered: anybody can name others, as many as he likes.
  #tell(
    { keyId, epoch, counter, timestampMs }: SignedRequest,
    judged: {
      readonly registration: Registration;
      readonly result: AttestationResult;
      readonly address: string;
      readonly code: string | null;
    },
  ): void {
    const { registration, result, address, code } = judged;
    this.#context.monitor?.record({
      ...{ kind: 'request-presented', keyId, epoch, counter, timestampMs, code, address },
      atMs: Date.parse(result.now),
      registrationId: registration.id,
      signed: isSigned(result),
    });
  }
}

function isSigned(result: AttestationResult): boolean {
  return withStatus(result, 'passed').includes('signed-request/signature-verifies');
}
