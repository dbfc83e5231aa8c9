import { ALL_ACCEPTED } from './store.js';
import type {
  AppAttestCounters,
  AppAttestStep,
  ChallengeRecord,
  ClosableStore,
  CounterStep,
  DenyEntry,
  KeyClaim,
  RegisteredKey,
  Registration,
  Reply,
  SigningKey,
  Spending,
  TlsKeyChange,
  UsedNonce,
} from './store.js';

const NOTHING_YET: AppAttestCounters = { assertion: null, request: null };

/**
 * A store that lives as long as its process. Each method does its work before it first yields, which
 * is what makes it atomic here.
 */
export class MemoryStore implements ClosableStore {
  readonly #challenges = new Map<string, ChallengeRecord>();
  readonly #holders = new Map<string, KeyClaim>();
  readonly #registrations = new Map<string, Registration>();
  readonly #registrationsByTlsKey = new Map<string, string>();
  readonly #nonces = new Map<string, number>();
  readonly #signingKeys = new Map<string, SigningKey>();
  /** The current signing key of each registration. */
  readonly #signingKeyIds = new Map<string, string>();
  readonly #appAttestCounters = new Map<string, AppAttestCounters>();
  readonly #denied = new Map<string, DenyEntry>();

  addChallenge(record: ChallengeRecord): Promise<void> {
    this.#challenges.set(record.challenge, record);
    return Promise.resolve();
  }

  findChallenge(challenge: string): Promise<ChallengeRecord | null> {
    return Promise.resolve(this.#challenges.get(challenge) ?? null);
  }

  spendChallenge(challenge: string, requestDigest: string): Promise<Spending> {
    return attempt(() => {
      const record = this.#challenge(challenge);
      if (record.spentBy !== null) {
        return { outcome: 'spent-before', by: record.spentBy, reply: record.reply };
      }
      this.#challenges.set(challenge, { ...record, spentBy: requestDigest });
      return { outcome: 'spent' };
    });
  }

  recordReply(challenge: string, reply: Reply): Promise<void> {
    return attempt(() => {
      this.#challenges.set(challenge, { ...this.#challenge(challenge), reply });
    });
  }

  forgetChallenges(challenges: readonly string[]): Promise<void> {
    for (const challenge of challenges) this.#challenges.delete(challenge);
    return Promise.resolve();
  }

  findHolder(keyId: string): Promise<KeyClaim | null> {
    return Promise.resolve(this.#holders.get(keyId) ?? null);
  }

  claimKeys(claims: readonly KeyClaim[]): Promise<readonly KeyClaim[]> {
    const holders = claims.map((claim) => this.#holders.get(claim.keyId) ?? claim);
    const free = claims.every((claim, index) => isSameClaim(claim, holders[index]));
    if (free) for (const claim of claims) this.#holders.set(claim.keyId, claim);
    return Promise.resolve(holders);
  }

  saveRegistration(registration: Registration): Promise<void> {
    this.#save(registration);
    return Promise.resolve();
  }

  findRegistration(id: string): Promise<Registration | null> {
    return Promise.resolve(this.#registrations.get(id) ?? null);
  }

  findRegistrationByTlsKey(keyId: string): Promise<Registration | null> {
    return this.findRegistration(this.#registrationsByTlsKey.get(keyId) ?? '');
  }

  replaceTlsKey(registrationId: string, change: TlsKeyChange): Promise<void> {
    return attempt(() => {
      const registration = this.#registration(registrationId);
      const ids = [...registration.earlierTlsKeyIds, registration.tlsKey.keyId];
      const earlierTlsKeyIds = ids.filter((id) => id !== change.tlsKey.keyId);
      this.#save({ ...registration, ...change, earlierTlsKeyIds });
    });
  }

  retireEarlierTlsKeys(registrationId: string, presentKeyId: string): Promise<void> {
    return attempt(() => {
      const registration = this.#registration(registrationId);
      if (registration.tlsKey.keyId !== presentKeyId) return;
      for (const id of registration.earlierTlsKeyIds) this.#registrationsByTlsKey.delete(id);
      this.#save({ ...registration, earlierTlsKeyIds: [] });
    });
  }

  replaceSigningKey(registrationId: string, key: RegisteredKey): Promise<SigningKey> {
    const previous = this.#signingKeyOf(registrationId);
    const next: SigningKey = {
      ...key,
      registrationId,
      epoch: (previous?.epoch ?? 0n) + 1n,
      lastCounter: null,
      accepted: ALL_ACCEPTED,
    };
    if (previous !== null) this.#signingKeys.delete(previous.keyId);
    this.#signingKeys.set(next.keyId, next);
    this.#signingKeyIds.set(registrationId, next.keyId);
    return Promise.resolve(next);
  }

  findSigningKey(keyId: string): Promise<SigningKey | null> {
    return Promise.resolve(this.#signingKeys.get(keyId) ?? null);
  }

  findSigningKeyOf(registrationId: string): Promise<SigningKey | null> {
    return Promise.resolve(this.#signingKeyOf(registrationId));
  }

  advanceCounter(step: CounterStep): Promise<boolean> {
    const key = this.#signingKeys.get(step.keyId);
    const { from, to, accepted } = step;
    if (key?.epoch !== step.epoch || key.lastCounter !== from) return Promise.resolve(false);
    if (accepted !== undefined && key.accepted !== accepted.from) return Promise.resolve(false);
    const bits = accepted?.to ?? ALL_ACCEPTED;
    this.#signingKeys.set(step.keyId, { ...key, lastCounter: to, accepted: bits });
    return Promise.resolve(true);
  }

  wasNonceUsed(nonce: UsedNonce): Promise<boolean> {
    return Promise.resolve(this.#nonces.has(nameOf(nonce)));
  }

  useNonce(nonce: UsedNonce & { readonly endsAtMs: number }): Promise<boolean> {
    const name = nameOf(nonce);
    if (this.#nonces.has(name)) return Promise.resolve(false);
    this.#nonces.set(name, nonce.endsAtMs);
    return Promise.resolve(true);
  }

  forgetNonces(beforeMs: number): Promise<void> {
    for (const [name, endsAtMs] of this.#nonces) {
      if (endsAtMs < beforeMs) this.#nonces.delete(name);
    }
    return Promise.resolve();
  }

  appAttestCounters(keyId: string): Promise<AppAttestCounters> {
    return Promise.resolve(this.#appAttestCounters.get(keyId) ?? NOTHING_YET);
  }

  advanceAppAttestCounters({ keyId, from, to }: AppAttestStep): Promise<boolean> {
    const { assertion, request } = this.#appAttestCounters.get(keyId) ?? NOTHING_YET;
    if (assertion !== from.assertion || request !== from.request) return Promise.resolve(false);
    this.#appAttestCounters.set(keyId, to);
    return Promise.resolve(true);
  }

  deny(entry: DenyEntry): Promise<void> {
    this.#denied.set(entry.keyId, entry);
    return Promise.resolve();
  }

  allow(keyId: string): Promise<boolean> {
    return Promise.resolve(this.#denied.delete(keyId));
  }

  denied(): Promise<readonly DenyEntry[]> {
    const entries = [...this.#denied.values()];
    return Promise.resolve(entries.sort((one, other) => one.deniedAtMs - other.deniedAtMs));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #save(registration: Registration): void {
    this.#registrations.set(registration.id, registration);
    this.#registrationsByTlsKey.set(registration.tlsKey.keyId, registration.id);
  }

  #signingKeyOf(registrationId: string): SigningKey | null {
    return this.#signingKeys.get(this.#signingKeyIds.get(registrationId) ?? '') ?? null;
  }

  #registration(id: string): Registration {
    const registration = this.#registrations.get(id);
    if (registration === undefined) throw new Error('there is no registration of this id');
    return registration;
  }

  #challenge(challenge: string): ChallengeRecord {
    const record = this.#challenges.get(challenge);
    if (record === undefined) throw new Error('a challenge was forgotten while it was in use');
    return record;
  }
}

function nameOf({ keyId, epoch, nonce }: UsedNonce): string {
  return `${keyId} ${epoch} ${nonce}`;
}

// What throws, rejects: callers await the answer.
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function isSameClaim(claim: KeyClaim, holder: KeyClaim | undefined): boolean {
  return (
    holder?.subject === claim.subject &&
    holder.registrationId === claim.registrationId &&
    holder.use === claim.use
  );
}
