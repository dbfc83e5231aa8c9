import { randomUUID } from 'node:crypto';
import { parseSignedRequest, type SignedHttpRequest } from '../evidence/signed-request/index.js';
import { appraise, judgedByPolicy, type Context } from './context.js';
import { refusalOf } from './refusal.js';
import { accepted, refused } from './reply.js';
import type { Registration, Reply, SigningKey } from './store.js';

/** Accepts each signed request once. */
export class SignedRequests {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Answers a request over the connection of `registration`. */
  async accept(
    registration: Registration,
    request: SignedHttpRequest,
    exchangeId: string,
  ): Promise<Reply> {
    const { store, policy } = this.#context;
    const { subject } = registration;
    const evidence = parseSignedRequest(request);
    const { parsed } = evidence;
    const occasion = { exchangeId, subject, purpose: 'request' } as const;
    for (;;) {
      const key = parsed.ok ? await store.findSigningKey(parsed.value.keyId) : null;
      const own = await store.findSigningKeyOf(registration.id);
      const result = appraise(this.#context, occasion, {
        evidence,
        expected: {
          key: key && expectedKey(key),
          connectionKeyIds: own === null ? [] : [own.keyId],
        },
      });
      if (result.verdict !== 'accepted' || !parsed.ok) {
        const addressee = { subject, ...(parsed.ok ? { keyId: parsed.value.keyId } : {}) };
        return refused(refusalOf(judgedByPolicy(result, policy)), addressee);
      }
      const { keyId, epoch, counter } = parsed.value;
      // State changes only now, and only if no parallel request used a counter meanwhile; otherwise
      // the verifier judges again and says whether this is a replay or a rollback.
      if (key !== null && !(await this.#advance(key, counter))) continue;
      return accepted(
        200,
        {
          orderId: randomUUID(),
          keyId,
          epoch: epoch.toString(),
          counter: counter.toString(),
        },
        { subject, keyId, checks: result.checks },
      );
    }
  }

  #advance({ keyId, epoch, lastCounter }: SigningKey, to: bigint): Promise<boolean> {
    return this.#context.store.advanceCounter({ keyId, epoch, from: lastCounter, to });
  }
}

function expectedKey({ keyId, spki, epoch, lastCounter }: SigningKey) {
  return { keyId, spki, epoch, lastCounter };
}
