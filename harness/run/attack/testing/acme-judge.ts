import { createHash } from 'node:crypto';
import { concatBytes, toHex, utf8 } from '../../../encoding/bytes.js';
import { parseAndroidKey } from '../../../evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
} from '../../../evidence/app-attest/index.js';
import { parseCsr } from '../../../evidence/csr/index.js';
import { appIds, type ReferenceValues } from '../../../farm/reference-values.js';
import {
  type AppraisalInput,
  type AppraisalPolicy,
  type AttestationResult,
  type Verifier,
} from '../../../verifier/index.js';

/** Thrown for a request that the test's backend turns down, in its own words. */
export class Denied extends Error {
  readonly reason: string;
  readonly status: number;

  constructor(reason: string, status = 422) {
    super(reason);
    [this.reason, this.status] = [reason, status];
  }
}

/** An App Attest key as the test's backend knows it. */
export interface AppleKey {
  readonly publicKey: Uint8Array;
  counter: number;
}

/** What is submitted for a nonce. */
export interface AcmeCase {
  readonly purpose: string;
  readonly nonce: Uint8Array;
  readonly csr: Uint8Array;
}

/** Judges evidence by the reference verifier, under names that are not ours. */
export function acmeJudge({
  appraise,
  policy,
  values,
}: {
  readonly appraise: Verifier['appraise'];
  readonly policy: AppraisalPolicy;
  readonly values: ReferenceValues;
}) {
  const apps = appIds(values);
  const insist = (input: AppraisalInput): AttestationResult => {
    const result = appraise(input);
    if (result.verdict === 'accepted') return result;
    throw new Denied(wordFor(result));
  };
  const now = () => ({ policy, now: new Date() });
  const hashOf = ({ purpose, nonce, csr }: AcmeCase) =>
    sha256(concatBytes(utf8(`${purpose}|${toHex(nonce)}|`), csr));
  return {
    /** The key of a certification request, DER. */
    csr({ csr, nonce }: AcmeCase): Uint8Array {
      const evidence = parseCsr(csr);
      insist({ evidence, expected: { nonce }, ...now() });
      if (!evidence.parsed.ok) throw new Denied('CSR');
      return evidence.parsed.value.spki;
    },
    android({ nonce }: AcmeCase, chain: readonly Uint8Array[], spki: Uint8Array): void {
      const { packages: packageNames, signerDigests } = values.android;
      const expected = { challenge: nonce, packageNames, signerDigests, spki };
      insist({ evidence: parseAndroidKey(chain), expected, ...now() });
    },
    attestation(about: AcmeCase, object: Uint8Array, keyId: Uint8Array): AppleKey {
      const evidence = parseAppAttestAttestation(object);
      const expected = { appIds: apps, keyId, clientDataHash: hashOf(about) };
      insist({ evidence, expected, ...now() });
      if (!evidence.parsed.ok) throw new Denied('ATTESTATION');
      return { publicKey: evidence.parsed.value.authData.publicKey, counter: 0 };
    },
    assertion(about: AcmeCase | Uint8Array, assertion: Uint8Array, key: AppleKey): void {
      const evidence = parseAppAttestAssertion(assertion);
      const clientDataHash = about instanceof Uint8Array ? about : hashOf(about);
      const expected = { appIds: apps, publicKey: key.publicKey, clientDataHash };
      insist({ evidence, expected: { ...expected, previousCounter: key.counter }, ...now() });
      if (evidence.parsed.ok) key.counter = evidence.parsed.value.authData.counter;
    },
  };
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

// Coarser than our codes, as most backends are: one word for what an attestation is, one for its nonce.
function wordFor({ checks }: AttestationResult): string {
  const id = checks.find(({ status }) => status === 'failed')?.id ?? '';
  if (id === 'android-key/challenge-matches' || id === 'app-attest/nonce-matches') {
    return 'ATTESTED_NONCE';
  }
  if (id.startsWith('csr/')) return 'CSR';
  return id.startsWith('app-attest-assertion/') ? 'ASSERTION' : 'ATTESTATION';
}
