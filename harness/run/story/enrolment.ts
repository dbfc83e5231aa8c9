import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { enrolmentBinding, type EnrolmentPurpose } from '../../evidence/formats/index.js';
import { HarnessError } from '../../errors.js';
import type { SubmittedEvidence } from '../../relying-party/index.js';
import { ProbeError } from '../../probe/index.js';
import { askForMore } from './ask-for-more.js';
import { climbDown, type ClimbedLadder, type PhoneKey, type Rungs } from './keys.js';
import { signWith, type ProbeWords } from './probe-words.js';
import { spoilCsr, type CsrAttackId } from './spoil.js';

/** Everything that an enrolment needs, before it is sent; bytes are base64url. */
export interface Enrolment {
  readonly key: PhoneKey;
  readonly ladder: ClimbedLadder['ladder'];
  readonly challenge: string;
  readonly csr: string;
  readonly evidence: SubmittedEvidence | null;
  /** The App Attest key that vouched; null on Android. */
  readonly appAttestKeyId: string | null;
}

/** How a story wants its enrolment made. */
export interface EnrolmentOrder {
  readonly alias: string;
  readonly subject: string;
  readonly rpId: string;
  readonly purpose: EnrolmentPurpose;
  /** An earlier enrolment whose key is to be used once more; a new one where it is left out. */
  readonly keyOf?: Pick<Enrolment, 'key' | 'ladder'>;
  /** Which rungs of the ladder the key may come from; all where it is left out. */
  readonly rungs?: Rungs;
  /** The challenge that the request will present. */
  readonly challenge: string;
  /** The challenge that the evidence is made for, where it is another one. */
  readonly evidenceChallenge?: string;
  /** What is done to the request before the phone is asked to vouch for it. */
  readonly csrAttack?: CsrAttackId;
  /** An App Attest key that has been attested already and now only asserts. */
  readonly appAttestKeyId?: string;
  /** False for a request without evidence. */
  readonly vouched?: boolean;
  /** Has the request ask for another name, other uses and an authority's rights. */
  readonly greedy?: boolean;
}

/** Has the phone make a key, a certification request for it, and evidence that speaks for both. */
export async function prepareEnrolment(
  probe: ProbeWords,
  order: EnrolmentOrder,
): Promise<Enrolment> {
  const { alias, purpose, challenge, rpId, vouched: isVouched = true } = order;
  const evidenceNonce = bytes(order.evidenceChallenge ?? challenge);
  const climbed =
    order.keyOf ??
    (await climbDown(probe, {
      ...{ alias, purpose, algorithm: 'ec-p256' },
      ...(order.rungs === undefined ? {} : { rungs: order.rungs }),
      ...(isVouched
        ? { challenge: toBase64url(enrolmentBinding({ rpId, purpose, nonce: evidenceNonce })) }
        : {}),
    }));
  const { key } = climbed;
  if (key === null) {
    throw new HarnessError('ERR_DEVICE_LOST', 'no rung of the key ladder yielded a key to enrol');
  }
  const csr = await requestFor(probe, key, order);
  const vouched = isVouched
    ? await vouch(probe, key, {
        ...{ order, csr },
        clientDataHash: enrolmentBinding({ rpId, purpose, nonce: evidenceNonce, csr }),
      })
    : UNVOUCHED;
  return { key, ladder: climbed.ladder, challenge, csr: toBase64url(csr), ...vouched };
}

const UNVOUCHED = { evidence: null, appAttestKeyId: null } as const;

async function requestFor(
  probe: ProbeWords,
  { alias, level }: PhoneKey,
  { subject, challenge, csrAttack, greedy: isGreedy = false }: EnrolmentOrder,
): Promise<Uint8Array> {
  const asked = { alias, commonName: subject, nonce: challenge };
  const { csr } = await probe.ask('key.csr', asked, level);
  const made = csrAttack === undefined ? bytes(csr) : spoilCsr(bytes(csr), csrAttack);
  return isGreedy ? askForMore(made, signWith(probe, alias)) : made;
}

// Android's evidence came with the key; on iOS App Attest vouches for the request afterwards.
async function vouch(
  probe: ProbeWords,
  key: PhoneKey,
  about: { order: EnrolmentOrder; csr: Uint8Array; clientDataHash: Uint8Array },
): Promise<Pick<Enrolment, 'evidence' | 'appAttestKeyId'>> {
  if (probe.platform === 'android') {
    const { chain } = key;
    const evidence: SubmittedEvidence | null =
      chain === null ? null : { format: 'android-key', certificates: [...chain] };
    return { evidence, appAttestKeyId: null };
  }
  const clientDataHash = toBase64url(about.clientDataHash);
  const attested = about.order.appAttestKeyId;
  if (attested !== undefined) {
    const { assertion } = await probe.ask('appattest.assert', { keyId: attested, clientDataHash });
    return { evidence: { format: 'app-attest-assertion', assertion }, appAttestKeyId: attested };
  }
  const keyId = await appAttestKey(probe);
  if (keyId === null) return { evidence: null, appAttestKeyId: null };
  const { attestationObject } = await probe.ask('appattest.attest', { keyId, clientDataHash });
  return {
    evidence: { format: 'app-attest-attestation', attestationObject, keyId },
    appAttestKeyId: keyId,
  };
}

// Without App Attest, as on a simulator, an app has nothing to vouch with, and has to say so.
async function appAttestKey(probe: ProbeWords): Promise<string | null> {
  try {
    return (await probe.ask('appattest.generate', {})).keyId;
  } catch (error) {
    if (error instanceof ProbeError && error.code === 'app_attest_failed') return null;
    throw error;
  }
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (decoded === null) throw new HarnessError('ERR_PROBE_PROTOCOL', 'bytes are not base64url');
  return decoded;
}
