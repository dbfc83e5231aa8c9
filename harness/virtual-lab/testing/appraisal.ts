import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../../evidence/app-attest/index.js';
import { anchorOf, parseRevocationList } from '../../trust/index.js';
import {
  createVerifier,
  LAB,
  type AttestationResult,
  type Verifier,
} from '../../verifier/index.js';
import { revocationOf } from '../revocation.js';
import { ANDROID_PROBE, IOS_PROBE, type TestLab } from './lab.js';

/** The challenge of every attestation here. */
export const CHALLENGE = new Uint8Array(32).fill(0x5a);

/** A key with its chain, as the probe answered them. */
export interface AttestedKey {
  readonly level: string;
  readonly spki: Uint8Array;
  readonly chain: readonly Uint8Array[];
}

/** Has the probe make an attested key on a rung. */
export async function attestedKey(
  { probe }: TestLab,
  level: 'tee' | 'strongbox' = 'tee',
): Promise<AttestedKey> {
  const { result } = await probe.call('key.generate', {
    ...{ alias: 'attested', purpose: 'tls', algorithm: 'ec-p256', ladder: [level] },
    ...{ digests: ['sha256'], challenge: toBase64url(CHALLENGE) },
  });
  const { spki, attestationChain = [] } = result;
  return { level: result.level, spki: decoded(spki), chain: attestationChain.map(decoded) };
}

/** What the reference verifier says of a key, with the lab's roots and a list of the revoked. */
export function appraiseKey(
  lab: TestLab,
  { spki, chain }: AttestedKey,
  revoked: readonly string[] = [],
): AttestationResult {
  return verifierOf(lab, revoked).appraise({
    evidence: parseAndroidKey(chain),
    expected: {
      ...{ challenge: CHALLENGE, spki, signerDigests: ANDROID_PROBE.signerDigests },
      packageNames: [ANDROID_PROBE.packageName],
    },
    ...{ policy: LAB, now: new Date() },
  });
}

/** What the reference verifier says of a fresh App Attest key. */
export async function appraiseAppAttest(lab: TestLab): Promise<AttestationResult> {
  const { keyId } = (await lab.probe.call('appattest.generate', {})).result;
  const { result } = await lab.probe.call('appattest.attest', {
    ...{ keyId, clientDataHash: toBase64url(CHALLENGE) },
  });
  return verifierOf(lab, []).appraise({
    evidence: parseAppAttestAttestation(decoded(result.attestationObject)),
    expected: {
      appIds: [`${IOS_PROBE.teamId}.${IOS_PROBE.bundleId}`],
      ...{ keyId: decoded(keyId), clientDataHash: CHALLENGE },
    },
    ...{ policy: LAB, now: new Date() },
  });
}

function verifierOf({ lab: { trustAnchors } }: TestLab, revoked: readonly string[]): Verifier {
  const anchors = (certificates: readonly Uint8Array[]) =>
    certificates.map((certificate) => anchorOf('virtual lab', readCertificate(certificate)));
  return createVerifier({
    trust: {
      androidAnchors: anchors(trustAnchors.android),
      knownSoftwareRoots: anchors(trustAnchors.androidSoftware),
      appAttestAnchors: anchors(trustAnchors.appAttest),
      receiptAnchors: anchors(trustAnchors.receipts),
      revocation: parseRevocationList(revocationOf(revoked), Date.now()),
    },
  });
}

function decoded(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}
