import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../harness/encoding/bytes.js';
import type { Certificate } from '../../harness/encoding/certificate.js';
import { signedBytes } from '../../harness/encoding/cms.js';
import { SIGNATURE_OID } from '../../harness/encoding/signature.js';
import type { AndroidKeyChain } from '../../harness/evidence/android-key/index.js';
import type { AppAttestAttestation } from '../../harness/evidence/app-attest/index.js';
import type { TrustAnchor, TrustSet } from '../../harness/trust/index.js';

/** A signature that no verifier can leave out. */
export interface BareSignature {
  readonly digest: string;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  /** A key that is known before evidence comes, or the DER that evidence brings. */
  readonly key: KeyObject | Uint8Array;
  readonly encoding?: 'der' | 'ieee-p1363';
}

/** The floors of one piece of evidence. */
export interface Floor {
  readonly cold: readonly BareSignature[];
  /** Without those of authorities' certificates, which were verified before. */
  readonly warm: readonly BareSignature[];
}

/** The least that a verifier does: each key imported by `node:crypto`, each signature verified. */
export function bareChecks(signatures: readonly BareSignature[]): () => void {
  return () => {
    for (const { digest, data, signature, key, encoding = 'der' } of signatures) {
      const loaded = key instanceof Uint8Array ? imported(key) : key;
      const isGood = verify(digest, data, { key: loaded, dsaEncoding: encoding }, signature);
      if (!isGood) throw new Error('a signature of the benchmark does not verify');
    }
  };
}

/** Floor of a chain. A root whose key is an anchor's need not have signed itself: it is trusted. */
export function chainFloor({ certificates }: AndroidKeyChain, { androidAnchors }: TrustSet): Floor {
  const cold = links(certificates, androidAnchors);
  return { cold, warm: cold.slice(0, 1) };
}

/**
 * Floor of an attestation: the chain of its credential, and its receipt with the chain of the signer.
 * The credential, the receipt and the receipt's signer are no authorities.
 */
export function attestationFloor(
  { certificates, receipt }: AppAttestAttestation,
  { appAttestAnchors, receiptAnchors }: TrustSet,
): Floor {
  if (!receipt.ok) throw new Error('the receipt of the benchmark does not parse');
  const { message } = receipt.value;
  const data = signedBytes(message);
  const signerChain = chainOfSigner(message.certificates, message.signer.serial);
  const [signer] = signerChain;
  if (typeof data === 'string' || signer === undefined) throw new Error('no signer');
  const { signature } = message.signer;
  const ofReceipt = { digest: 'sha256', data, signature, key: signer.spki };
  const credential = links(certificates, appAttestAnchors);
  const signers = links(signerChain, receiptAnchors);
  return {
    cold: [...credential, ofReceipt, ...signers],
    warm: [...credential.slice(0, 1), ofReceipt, ...signers.slice(0, 1)],
  };
}

const DIGESTS: Readonly<Record<string, string>> = {
  [SIGNATURE_OID.ecdsaSha256]: 'sha256',
  [SIGNATURE_OID.ecdsaSha384]: 'sha384',
  [SIGNATURE_OID.ecdsaSha512]: 'sha512',
  [SIGNATURE_OID.rsaSha256]: 'sha256',
  [SIGNATURE_OID.rsaSha384]: 'sha384',
  [SIGNATURE_OID.rsaSha512]: 'sha512',
};

function links(
  certificates: readonly Certificate[],
  anchors: readonly TrustAnchor[],
): readonly BareSignature[] {
  const isAnchor = (one: Certificate) => anchors.some(({ spki }) => equalBytes(spki, one.spki));
  const below = certificates.filter((one) => !isAnchor(one));
  return below.map((certificate, at) => ({
    digest: DIGESTS[certificate.signatureAlgorithm] ?? '',
    data: certificate.tbs,
    signature: certificate.signature,
    key: below[at + 1]?.spki ?? anchorKey(certificate, anchors),
  }));
}

function anchorKey(certificate: Certificate, anchors: readonly TrustAnchor[]): KeyObject {
  const anchor = anchors.find(({ subject }) => equalBytes(subject, certificate.issuer.raw));
  if (anchor === undefined) throw new Error('the benchmark’s chain ends in no anchor');
  return imported(anchor.spki);
}

function chainOfSigner(sent: readonly Certificate[], serial: string): readonly Certificate[] {
  const chain = sent.filter((one) => one.serial === serial);
  for (let last = chain[0]; last !== undefined;) {
    const { issuer, raw }: Certificate = last;
    last = sent.find((one) => one.raw !== raw && equalBytes(one.subject.raw, issuer.raw));
    if (last !== undefined) chain.push(last);
  }
  return chain;
}

function imported(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}
