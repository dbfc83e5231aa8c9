import type { ChallengePurpose, KeyProtection, KeyUse, Registration } from '../store.js';
import type { ColumnType, Kysely } from './kysely.js';

/** Whole numbers: PostgreSQL's client reads those of 64 bit as text. */
type Whole = ColumnType<number | string, number>;
type Epoch = ColumnType<number | string | bigint, bigint>;

/** What was last seen of a counter, in decimal: SQLite has no unsigned 64-bit numbers. */
type Counter = string | null;

export interface ChallengesTable {
  challenge: string;
  subject: string;
  purpose: ChallengePurpose;
  registration_id: string | null;
  issued_at_ms: Whole;
  expires_at_ms: Whole;
  spent_by: string | null;
  /** The reply as JSON. */
  reply: string | null;
}

export interface KeyClaimsTable {
  key_id: string;
  use: KeyUse;
  subject: string;
  registration_id: string;
}

export interface RegistrationsTable {
  id: string;
  subject: string;
  platform: Registration['platform'];
  tls_key_id: string;
  tls_spki: Uint8Array;
  tls_protection: KeyProtection;
  app_attest_key_id: string | null;
  app_attest_public_key: Uint8Array | null;
  registered_at_ms: Whole;
}

/** Connection keys of registrations, the present one with the highest place. */
export interface TlsKeysTable {
  key_id: string;
  registration_id: string;
  place: Whole;
}

export interface SigningKeysTable {
  registration_id: string;
  key_id: string;
  spki: Uint8Array;
  protection: KeyProtection;
  epoch: Epoch;
  last_counter: Counter;
  /** Bits of the last 64 counters, in decimal. */
  accepted: string;
}

/** Counters that are nonces, each until its end. */
export interface NoncesTable {
  key_id: string;
  epoch: Epoch;
  nonce: string;
  ends_at_ms: Whole;
}

export interface AppAttestCountersTable {
  key_id: string;
  assertion: ColumnType<number | string | null, number | null>;
  request: Counter;
}

export interface DenialsTable {
  key_id: string;
  reason: string;
  denied_at_ms: Whole;
}

/** The tables of a store, the same in both dialects. */
export interface Tables {
  challenges: ChallengesTable;
  key_claims: KeyClaimsTable;
  registrations: RegistrationsTable;
  tls_keys: TlsKeysTable;
  signing_keys: SigningKeysTable;
  nonces: NoncesTable;
  app_attest_counters: AppAttestCountersTable;
  denials: DenialsTable;
}

/** A connection, a pool of them, or a transaction. */
export type Db = Kysely<Tables>;
