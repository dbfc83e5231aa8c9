import { createHash, randomBytes } from 'node:crypto';
import { toBase64url } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { CheckResult } from '../verifier/result.js';
import { challengeChecks } from './checks/challenge.js';
import { judgedByRules, type Context } from './context.js';
import { refusalOf } from './refusal.js';
import { notJudged, refused } from './reply.js';
import { allHold, runRules } from './rules.js';
import type { ChallengePurpose, ChallengeRecord, Reply, Spending } from './store.js';

const CHALLENGE_BYTES = 32;
/** How long after its end a challenge is remembered, so that a late or repeated one is named as such. */
const MEMORY_MS = 60 * 60_000;

/** Whom a challenge is for. */
export interface ChallengeHolder {
  readonly subject: string;
  readonly purpose: ChallengePurpose;
  /** The registration whose connection asks; null for a first enrolment. */
  readonly registrationId: string | null;
}

/** A request's body as received, the exchange that it belongs to, and whence it came. */
export interface Received {
  readonly exchangeId: string;
  /** The address of the other end of the connection. */
  readonly address: string;
  readonly body: Uint8Array;
}

/** A request that presents a challenge. */
export interface Presentation extends ChallengeHolder {
  readonly challenge: string;
  /** The identical request gets the identical answer. */
  readonly received: Received;
}

/** Goes on with a request whose challenge is good; `checks` are those that the challenge passed. */
export type Settle = (checks: readonly CheckResult[]) => Promise<Reply>;

/** Issues challenges and lets each be spent once. */
export class Challenges {
  readonly #context: Context;
  readonly #lifetimeMs: number;
  /** Answers under way in this process, so that a parallel repetition waits instead of failing. */
  readonly #pending = new Map<string, Promise<Reply>>();
  /**
   * What this relying party issued and remembers, oldest first. Others that share the store may have
   * another clock, by which these would long be over.
   */
  readonly #issued: { readonly challenge: string; readonly expiresAtMs: number }[] = [];

  constructor(context: Context, options: { readonly lifetimeMs: number }) {
    this.#context = context;
    this.#lifetimeMs = options.lifetimeMs;
  }

  /** A new challenge for `holder`, asked for from an address. */
  async issue(
    holder: ChallengeHolder,
    address: string,
  ): Promise<{ challenge: string; expiresAt: string }> {
    const { store, clock, monitor } = this.#context;
    const nowMs = clock().getTime();
    await this.#forgetOld(nowMs);
    const challenge = toBase64url(randomBytes(CHALLENGE_BYTES));
    const expiresAtMs = nowMs + this.#lifetimeMs;
    const times = { issuedAtMs: nowMs, expiresAtMs };
    await store.addChallenge({ ...holder, ...times, challenge, spentBy: null, reply: null });
    monitor?.record({ kind: 'challenge-issued', atMs: nowMs, ...holder, address });
    this.#issued.push({ challenge, expiresAtMs });
    return { challenge, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /**
   * Spends the presented challenge before anything else is looked at, and lets `settle` make the
   * reply. The request that spent it gets the same reply again while the challenge lives; sent
   * twice at once, it is answered once.
   */
  async present(presentation: Presentation, settle: Settle): Promise<Reply> {
    const digest = requestDigest(presentation);
    const underWay = this.#pending.get(digest);
    if (underWay !== undefined) return underWay;
    const reply = this.#present(presentation, digest, settle);
    this.#pending.set(digest, reply);
    try {
      return await reply;
    } finally {
      this.#pending.delete(digest);
    }
  }

  async #forgetOld(nowMs: number): Promise<void> {
    const kept = this.#issued.findIndex(({ expiresAtMs }) => expiresAtMs >= nowMs - MEMORY_MS);
    const old = this.#issued.splice(0, kept === -1 ? this.#issued.length : kept);
    if (old.length > 0) {
      await this.#context.store.forgetChallenges(old.map(({ challenge }) => challenge));
    }
  }

  async #present(presentation: Presentation, digest: string, settle: Settle): Promise<Reply> {
    const { store, clock, judge } = this.#context;
    const { challenge } = presentation;
    const nowMs = clock().getTime();
    const record = await store.findChallenge(challenge);
    const alive = isHolder(record, presentation) && nowMs < record.expiresAtMs;
    const spending = alive
      ? await store.spendChallenge(challenge, digest)
      : earlierSpending(record);
    if (alive && spending?.outcome === 'spent-before' && spending.by === digest) {
      return spending.reply ?? inProgress(presentation);
    }
    const presented = { ...presentation, record, spending, nowMs };
    const checks = runRules(challengeChecks, presented, judge.rules);
    const reply = allHold(checks)
      ? await this.#settled(checks, settle, presentation)
      : refused(refusalOf(judgedByRules(checks)), { subject: presentation.subject });
    if (allHold(checks) && spending?.outcome === 'spent') {
      await store.recordReply(challenge, reply);
    }
    this.#tell(presentation, { record, reply, nowMs });
    return reply;
  }

  // The challenge is spent whether or not a certificate comes of it, so that its answer is kept too;
  // whoever may issue certificates again has nothing to do with this request any more.
  async #settled(
    checks: readonly CheckResult[],
    settle: Settle,
    { subject }: Presentation,
  ): Promise<Reply> {
    try {
      return await settle(checks);
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== 'ERR_ISSUANCE') throw error;
      this.#context.events.onFault(error);
      const detail = 'no certificate could be issued; ask again with a new challenge and a new key';
      return notJudged('issuer_unavailable', detail, { subject });
    }
  }

  #tell(
    { subject, purpose, registrationId, received }: Presentation,
    presented: {
      readonly record: ChallengeRecord | null;
      readonly reply: Reply;
      readonly nowMs: number;
    },
  ): void {
    const { record, reply, nowMs } = presented;
    this.#context.monitor?.record({
      ...{ kind: 'key-presented', atMs: nowMs, subject, purpose, address: received.address },
      registrationId: reply.registrationId ?? registrationId,
      keyId: reply.keyId,
      code: reply.code,
      latencyMs: record && nowMs - record.issuedAtMs,
    });
  }
}

function isHolder(record: ChallengeRecord | null, by: ChallengeHolder): record is ChallengeRecord {
  return (
    record?.subject === by.subject &&
    record.purpose === by.purpose &&
    record.registrationId === by.registrationId
  );
}

function earlierSpending(record: ChallengeRecord | null): Spending | null {
  if (record?.spentBy == null) return null;
  return { outcome: 'spent-before', by: record.spentBy, reply: record.reply };
}

function requestDigest(presentation: Presentation): string {
  const { subject, purpose, registrationId, challenge, received } = presentation;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([subject, purpose, registrationId, challenge]));
  return toBase64url(hash.update(received.body).digest());
}

// The process that spent the challenge is another one, or broke down: the client may ask again.
function inProgress({ subject }: Presentation): Reply {
  return notJudged('request_in_progress', 'this very request is being answered', { subject });
}
