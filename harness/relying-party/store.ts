import type { CheckResult } from '../verifier/result.js';

/** What a key is registered for. */
export type KeyUse = 'tls' | 'sign' | 'app-attest';

/** What a challenge may be presented for. */
export type ChallengePurpose = 'tls' | 'sign';

/** An answer as it was sent, kept so that the identical request gets the identical answer. */
export interface Reply {
  readonly status: number;
  readonly contentType: 'application/json' | 'application/problem+json';
  /** The body's text, byte for byte. */
  readonly body: string;
  /** The refusal's code, or null where the request was accepted. */
  readonly code: string | null;
  readonly subject: string | null;
  /** The registration that was made or changed; null where none was. */
  readonly registrationId: string | null;
  readonly keyId: string | null;
  readonly checks: readonly CheckResult[];
}

/** A challenge that was issued and is remembered until some time after its end. */
export interface ChallengeRecord {
  /** base64url of the 32 bytes. */
  readonly challenge: string;
  readonly subject: string;
  readonly purpose: ChallengePurpose;
  /** The registration whose connection asked, where one was there. */
  readonly registrationId: string | null;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Digest of the request that spent it, or null. */
  readonly spentBy: string | null;
  /** What that request was answered, once it was. */
  readonly reply: Reply | null;
}

/** Whether this presentation spent the challenge, or an earlier one had. */
export type Spending =
  | { readonly outcome: 'spent' }
  | { readonly outcome: 'spent-before'; readonly by: string; readonly reply: Reply | null };

/** What evidence says about where a key lives: it certifies the key, or an app vouches for it. */
export type KeyProtection = 'attested' | 'vouched' | 'none';

/** A key that belongs to a registration. */
export interface RegisteredKey {
  readonly keyId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly protection: KeyProtection;
}

/** The App Attest key that vouched for a registration. */
export interface AppAttestKey {
  readonly keyId: string;
  /** The 65-byte point. */
  readonly publicKey: Uint8Array;
}

/** One phone as the relying party knows it. */
export interface Registration {
  readonly id: string;
  readonly subject: string;
  /** Null where composition let a registration through without evidence. */
  readonly platform: 'android' | 'ios' | null;
  readonly tlsKey: RegisteredKey;
  /** Connection keys before it, which open connections until it is first used itself. */
  readonly earlierTlsKeyIds: readonly string[];
  /** Null on platforms whose attestations certify keys directly. */
  readonly appAttestKey: AppAttestKey | null;
  readonly registeredAtMs: number;
}

/** A new connection key, and what its evidence says besides; what is left out stays. */
export interface TlsKeyChange {
  readonly tlsKey: RegisteredKey;
  readonly platform?: Registration['platform'];
  readonly appAttestKey?: AppAttestKey;
}

/** The signing key of a registration and what was last seen from it. */
export interface SigningKey extends RegisteredKey {
  readonly registrationId: string;
  /** Grows with each registration of a signing key, so that a lost counter bricks nothing. */
  readonly epoch: bigint;
  readonly lastCounter: bigint | null;
  /** 64 bits: bit n is set where the n-th counter below the last one counts as accepted. */
  readonly accepted: bigint;
}

/** What says that every counter up to the last one counts as accepted. */
export const ALL_ACCEPTED = 2n ** 64n - 1n;

/** A counter that is a nonce of its key: used once, in no order. */
export interface UsedNonce {
  readonly keyId: string;
  readonly epoch: bigint;
  readonly nonce: bigint;
}

/** A claim on a key: nobody else may hold it. */
export interface KeyClaim {
  readonly keyId: string;
  readonly use: KeyUse;
  readonly subject: string;
  readonly registrationId: string;
}

/** A key that is turned away, and since when. */
export interface DenyEntry {
  readonly keyId: string;
  /** For whoever runs the relying party; no client is told. */
  readonly reason: string;
  readonly deniedAtMs: number;
}

/**
 * What the relying party remembers. Each method is atomic by itself, also between processes that
 * share a store; callers rely on nothing more.
 */
export interface Store {
  addChallenge(record: ChallengeRecord): Promise<void>;
  findChallenge(challenge: string): Promise<ChallengeRecord | null>;
  /** Spends an unspent challenge, or tells who did before; exactly one caller ever gets `spent`. */
  spendChallenge(challenge: string, requestDigest: string): Promise<Spending>;
  recordReply(challenge: string, reply: Reply): Promise<void>;
  /** Forgets challenges; each relying party names those that it issued, by its own clock. */
  forgetChallenges(challenges: readonly string[]): Promise<void>;

  findHolder(keyId: string): Promise<KeyClaim | null>;
  /** Claims all keys or, where one is held by another registration or for another use, none. Returns who holds each now. */
  claimKeys(claims: readonly KeyClaim[]): Promise<readonly KeyClaim[]>;

  saveRegistration(registration: Registration): Promise<void>;
  findRegistration(id: string): Promise<Registration | null>;
  /** The registration of a connection key, be it the present one or an earlier one that still counts. */
  findRegistrationByTlsKey(keyId: string): Promise<Registration | null>;
  /** Makes a key the present connection key of a registration; the one before it becomes an earlier one. */
  replaceTlsKey(registrationId: string, change: TlsKeyChange): Promise<void>;
  /** Ends the earlier connection keys of a registration, if `presentKeyId` is still its present one. */
  retireEarlierTlsKeys(registrationId: string, presentKeyId: string): Promise<void>;

  /** Makes the key the registration's only signing key, under the next epoch, with no counter seen. */
  replaceSigningKey(registrationId: string, key: RegisteredKey): Promise<SigningKey>;
  findSigningKey(keyId: string): Promise<SigningKey | null>;
  findSigningKeyOf(registrationId: string): Promise<SigningKey | null>;
  /** Compare-and-set of a signing key's counter; false where another request was faster. */
  advanceCounter(step: CounterStep): Promise<boolean>;
  wasNonceUsed(nonce: UsedNonce): Promise<boolean>;
  /** Remembers a nonce until its end; false where it was used before, for all but one of any number. */
  useNonce(nonce: UsedNonce & { readonly endsAtMs: number }): Promise<boolean>;
  /** Forgets the nonces whose end lies before a time. */
  forgetNonces(beforeMs: number): Promise<void>;

  appAttestCounters(keyId: string): Promise<AppAttestCounters>;
  /** Compare-and-set of both counters of an App Attest key; false where another request was faster. */
  advanceAppAttestCounters(step: AppAttestStep): Promise<boolean>;

  /** Puts a key on the deny list; an entry that it has there is replaced. */
  deny(entry: DenyEntry): Promise<void>;
  /** Takes a key off the deny list; false where it was not on it. */
  allow(keyId: string): Promise<boolean>;
  /** The whole deny list, oldest entry first. */
  denied(): Promise<readonly DenyEntry[]>;
}

/** A store that holds files or connections until it is closed. */
export interface ClosableStore extends Store {
  /** Ends once what was asked before has been answered; may be called again. */
  close(): Promise<void>;
}

/** How far an App Attest key has come; each is null where there was nothing yet. */
export interface AppAttestCounters {
  /** Counter of its last assertion, whatever that was about. */
  readonly assertion: number | null;
  /** Counter of the last request that it signed. */
  readonly request: bigint | null;
}

/** From what was read of an App Attest key's counters to what is written. */
export interface AppAttestStep {
  readonly keyId: string;
  readonly from: AppAttestCounters;
  readonly to: AppAttestCounters;
}

/** From what was read to what is written. */
export interface CounterStep {
  readonly keyId: string;
  readonly epoch: bigint;
  readonly from: bigint | null;
  readonly to: bigint;
  /** The bits of `SigningKey.accepted`; left out: every counter up to `to` counts as accepted. */
  readonly accepted?: { readonly from: bigint; readonly to: bigint };
}
