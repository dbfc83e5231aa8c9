/** What Android Key Attestation is compared with. A member left out makes its check not applicable. */
export interface AndroidKeyExpected {
  readonly challenge?: Uint8Array;
  /** Package names, one of which the record must name. */
  readonly packageNames?: readonly string[];
  /** SHA-256 digests of signing certificates, lower-case hexadecimal; the record's must be among them. */
  readonly signerDigests?: readonly string[];
  /** SubjectPublicKeyInfo that the leaf must certify, DER. */
  readonly spki?: Uint8Array;
}

/** What an App Attest attestation is compared with. */
export interface AppAttestAttestationExpected {
  /** App ids that are ours: `TEAMID.bundle`. */
  readonly appIds: readonly string[];
  /** The key id that the app named. */
  readonly keyId: Uint8Array;
  readonly clientDataHash: Uint8Array;
  /** Apple's validation categories that are ours; judged where the phone states one. */
  readonly validationCategories?: readonly number[];
}

/** What an App Attest receipt is compared with. A member left out makes its check not applicable. */
export interface AppAttestReceiptExpected {
  readonly appIds?: readonly string[];
  /** The attested key: an uncompressed P-256 point of 65 bytes. */
  readonly publicKey?: Uint8Array;
  /** Oldest that still counts, in seconds; where left out, the receipt's own expiry counts. */
  readonly maxAgeSeconds?: number;
}

/** What an App Attest assertion is compared with. */
export interface AppAttestAssertionExpected {
  readonly appIds: readonly string[];
  /** The attested key: an uncompressed P-256 point of 65 bytes. */
  readonly publicKey: Uint8Array;
  readonly clientDataHash: Uint8Array;
  /** The highest counter accepted, or null before the first assertion. */
  readonly previousCounter: number | null;
  /**
   * Counters accepted already, where policy has a window; those below it may be forgotten. Where left
   * out, every counter that is not above the highest counts as accepted.
   */
  readonly seenCounters?: readonly number[];
}

/** What a certification request is compared with. */
export interface CsrExpected {
  /** The nonce that must stand in its challengePassword as base64url. */
  readonly nonce?: Uint8Array;
}

/** What a Play Integrity verdict is compared with. A member left out makes its check not applicable. */
export interface PlayIntegrityExpected {
  /** The nonce of a classic request, as the app handed it in: base64url of the binding. */
  readonly nonce?: string;
  /** The request hash of a standard request: base64url of the binding. */
  readonly requestHash?: string;
  readonly packageNames?: readonly string[];
  /** SHA-256 digests of signing certificates as Google writes them: unpadded base64url. */
  readonly certificateDigests?: readonly string[];
}

/** A registered signing key and how far its counter has come. */
export interface RegisteredKey {
  /** The id that its form gives it: of an App Attest key, Apple's. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly epoch: bigint;
  /** The last counter accepted in this epoch, or null before the first request. */
  readonly lastCounter: bigint | null;
  /** Where counters may come out of order; where left out, each must be above the last one. */
  readonly counters?: CounterMemory;
  /** Where the key is one of App Attest, which signs by assertions only; absent for every other key. */
  readonly appAttest?: AppAttestSigner;
}

/** What is remembered of counters that were accepted and need not come in order. */
export type CounterMemory =
  | {
      readonly mode: 'window';
      /** How many counters up to the highest are told apart; each below them counts as accepted. */
      readonly size: number;
      /** Bit n stands for the n-th below the highest accepted one, `lastCounter`, which is bit 0. */
      readonly accepted: bigint;
    }
  | {
      /** Counters have no order: each is a nonce, remembered for as long as its timestamp holds. */
      readonly mode: 'nonce';
      readonly wasAccepted: boolean;
    };

/** What is known of an App Attest key that signs requests. */
export interface AppAttestSigner {
  /** App ids that are ours: `TEAMID.bundle`. */
  readonly appIds: readonly string[];
  /** The counter of the last assertion accepted, or null before the first. */
  readonly previousCounter: number | null;
}

/** What a signed request is compared with. */
export interface SignedRequestExpected {
  /** The key that the request names, or null where nobody registered it. */
  readonly key: RegisteredKey | null;
  /** Keys that are registered with the connection's certificate. */
  readonly connectionKeyIds?: readonly string[];
}
