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
} from '../store.js';
import * as challenges from './challenge-statements.js';
import * as claims from './claim-statements.js';
import * as counters from './counter-statements.js';
import type { Write } from './group-commit.js';
import type { CompiledQuery } from './kysely.js';
import * as registrations from './registration-statements.js';
import type { Db } from './tables.js';

/** A database's ways in. Reads see what has been committed, and nothing that has not. */
export interface Connections {
  readonly reader: Db;
  /** Reads by a compiled query, which is run many times with other parameters, at most one row. */
  first<Row>(query: CompiledQuery<Row>, parameters: readonly unknown[]): Promise<Row | undefined>;
  /** Runs one statement that writes, which is atomic by itself; answers when it is durable. */
  statement<T>(work: Write<T>): Promise<T>;
  /** Runs statements all or none; answers when they are durable. */
  transaction<T>(work: Write<T>): Promise<T>;
  /** A compiled query that writes, in place of `statement`; answers how many rows it changed. */
  change(query: CompiledQuery, parameters: readonly unknown[]): Promise<number>;
  close(): Promise<void>;
}

/** A store in a database, of either dialect. */
export class SqlStore implements ClosableStore {
  readonly #db: Connections;
  readonly #signingKeys: counters.SigningKeyStatements;

  constructor(connections: Connections) {
    this.#db = connections;
    this.#signingKeys = new counters.SigningKeyStatements(connections);
  }

  addChallenge(record: ChallengeRecord): Promise<void> {
    return this.#db.statement((db) => challenges.addChallenge(db, record));
  }

  findChallenge(challenge: string): Promise<ChallengeRecord | null> {
    return challenges.findChallenge(this.#db.reader, challenge);
  }

  spendChallenge(challenge: string, requestDigest: string): Promise<Spending> {
    return this.#db.statement((db) => challenges.spendChallenge(db, challenge, requestDigest));
  }

  recordReply(challenge: string, reply: Reply): Promise<void> {
    return this.#db.statement((db) => challenges.recordReply(db, challenge, reply));
  }

  forgetChallenges(forgotten: readonly string[]): Promise<void> {
    return this.#db.transaction((db) => challenges.forgetChallenges(db, forgotten));
  }

  findHolder(keyId: string): Promise<KeyClaim | null> {
    return claims.findHolder(this.#db.reader, keyId);
  }

  claimKeys(wanted: readonly KeyClaim[]): Promise<readonly KeyClaim[]> {
    return this.#db.transaction((db) => claims.claimKeys(db, wanted));
  }

  saveRegistration(registration: Registration): Promise<void> {
    return this.#db.transaction((db) => registrations.saveRegistration(db, registration));
  }

  findRegistration(id: string): Promise<Registration | null> {
    return registrations.findRegistration(this.#db.reader, id);
  }

  findRegistrationByTlsKey(keyId: string): Promise<Registration | null> {
    return registrations.findRegistrationByTlsKey(this.#db.reader, keyId);
  }

  replaceTlsKey(registrationId: string, change: TlsKeyChange): Promise<void> {
    return this.#db.transaction((db) => registrations.replaceTlsKey(db, registrationId, change));
  }

  retireEarlierTlsKeys(registrationId: string, presentKeyId: string): Promise<void> {
    return this.#db.transaction((db) =>
      registrations.retireEarlierTlsKeys(db, registrationId, presentKeyId),
    );
  }

  replaceSigningKey(registrationId: string, key: RegisteredKey): Promise<SigningKey> {
    return this.#db.statement((db) => counters.replaceSigningKey(db, registrationId, key));
  }

  findSigningKey(keyId: string): Promise<SigningKey | null> {
    return this.#signingKeys.find(keyId);
  }

  findSigningKeyOf(registrationId: string): Promise<SigningKey | null> {
    return counters.findSigningKeyOf(this.#db.reader, registrationId);
  }

  advanceCounter(step: CounterStep): Promise<boolean> {
    return this.#signingKeys.advance(step);
  }

  wasNonceUsed(nonce: UsedNonce): Promise<boolean> {
    return counters.wasNonceUsed(this.#db.reader, nonce);
  }

  useNonce(nonce: UsedNonce & { readonly endsAtMs: number }): Promise<boolean> {
    return this.#db.statement((db) => counters.useNonce(db, nonce));
  }

  forgetNonces(beforeMs: number): Promise<void> {
    return this.#db.statement((db) => counters.forgetNonces(db, beforeMs));
  }

  appAttestCounters(keyId: string): Promise<AppAttestCounters> {
    return counters.appAttestCounters(this.#db.reader, keyId);
  }

  advanceAppAttestCounters(step: AppAttestStep): Promise<boolean> {
    return this.#db.transaction((db) => counters.advanceAppAttestCounters(db, step));
  }

  deny(entry: DenyEntry): Promise<void> {
    return this.#db.statement((db) => claims.deny(db, entry));
  }

  allow(keyId: string): Promise<boolean> {
    return this.#db.statement((db) => claims.allow(db, keyId));
  }

  denied(): Promise<readonly DenyEntry[]> {
    return claims.denied(this.#db.reader);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
