import type { KeyObject } from 'node:crypto';
import type { RevocationSnapshot } from './revocation.js';

/** A key that chains may end in. Matched by key: one key has several root certificates in the field. */
export interface TrustAnchor {
  /** Short name, as reports and claims show it. */
  readonly name: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Subject name, DER: finds the anchor of a chain that leaves its root out. */
  readonly subject: Uint8Array;
  /** Every known certificate of the key, DER. */
  readonly certificates: readonly Uint8Array[];
}

/** Keys of one app's classic Play Integrity tokens, from the Play Console. */
export interface PlayIntegrityKeys {
  /** AES-256 key that tokens are encrypted with: a secret, never recorded or shown. */
  readonly decryptionKey: Uint8Array;
  /** Where a lab keeps that key: records name this file and the key's digest, never the key. */
  readonly decryptionKeyFile?: string;
  /** Google's P-256 key that tokens are signed with. */
  readonly verificationKey: KeyObject;
}

/** Endorsements (RFC 9334) that an appraisal relies on. Loaded, dated and linted before any work. */
export interface TrustSet {
  readonly androidAnchors: readonly TrustAnchor[];
  /** Roots whose private keys are public: never trusted, named so that a result can say so. */
  readonly knownSoftwareRoots: readonly TrustAnchor[];
  readonly appAttestAnchors: readonly TrustAnchor[];
  readonly receiptAnchors: readonly TrustAnchor[];
  readonly revocation: RevocationSnapshot | null;
  /** Left out where classic tokens are not opened here. */
  readonly playIntegrityKeys?: PlayIntegrityKeys;
}
