import { chainExtended } from '../../attacks/android-key-attacks.js';
import { counterNotZero } from '../../attacks/app-attest-attacks.js';
import type { CsrAttack, ProfileRAttack, SignedRequestAttack } from '../../attacks/attack.js';
import { createAttackerKey } from '../../attacks/attacker-key.js';
import * as csrs from '../../attacks/csr-attacks.js';
import * as profileR from '../../attacks/profile-r-attacks.js';
import * as requests from '../../attacks/signed-request-attacks.js';
import { fromBase64url, toBase64, toBase64url, utf8, utf8Text } from '../../encoding/bytes.js';
import { readP256Signature, writeP256Pair } from '../../encoding/ecdsa.js';
import {
  isInnerList,
  readDictionary,
  signatureBase,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import type { Enrolment } from './enrolment.js';

/** Attacks on a certification request that stories know, by the attack's id. */
const CSR_ATTACKS = {
  'csr/byte-flipped': csrs.csrByteFlipped,
  'csr/key-swapped': csrs.csrKeySwapped,
  'csr/trailing-byte': csrs.csrTrailingByte,
  'csr/key-of-other-curve': csrs.csrKeyOfOtherCurve,
  'csr/digest-downgraded': csrs.csrDigestDowngraded,
  'csr/without-nonce': csrs.csrWithoutNonce,
} as const satisfies Record<string, CsrAttack>;

/** Attacks on a signed request that stories know, by the attack's id. */
const REQUEST_ATTACKS = {
  'signed-request/body-tampered': requests.bodyTampered,
  'signed-request/boundary-shifted': requests.boundaryShifted,
  'signed-request/digest-of-other-body': requests.digestOfOtherBody,
  'signed-request/header-doubled': requests.headerDoubled,
  'signed-request/key-unknown': requests.keyUnknown,
  'signed-request/method-changed': requests.methodChanged,
  'signed-request/path-redirected': requests.pathRedirected,
  'signed-request/signature-as-pair': requests.signatureAsPair,
  'signed-request/signature-twin': requests.signatureTwin,
  'profile-r/body-tampered': profileR.bodyTampered,
  'profile-r/algorithm-confused': profileR.algorithmConfused,
  'profile-r/component-left-out': profileR.componentLeftOut,
  'profile-r/signature-added': profileR.signatureAdded,
  'profile-r/signature-as-der': profileR.signatureAsDer,
} as const satisfies Record<string, SignedRequestAttack | ProfileRAttack>;

/** An attack on a certification request. */
export type CsrAttackId = keyof typeof CSR_ATTACKS;

/** An attack on a signed request. */
export type RequestAttackId = keyof typeof REQUEST_ATTACKS;

/** The certification request as it is after the attack, by an attacker with a key of his own. */
export function spoilCsr(csr: Uint8Array, attack: CsrAttackId): Uint8Array {
  return CSR_ATTACKS[attack].mutate(csr, { attacker: createAttackerKey() });
}

/** The enrolment with its certification request attacked on the way, after the phone vouched for it. */
export function spoilOnTheWay(enrolment: Enrolment, attack: CsrAttackId): Enrolment {
  const csr = fromBase64url(enrolment.csr) ?? new Uint8Array();
  return { ...enrolment, csr: toBase64url(spoilCsr(csr, attack)) };
}

/**
 * An enrolment for the attacker's own key: the phone's attested key, which a hook lets him use, signs
 * one more certificate below its own, with a record copied from it.
 */
export async function extendChain(
  enrolment: Enrolment,
  signWithPhone: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Enrolment> {
  const { evidence } = enrolment;
  if (evidence?.format !== 'android-key') throw new RangeError('no chain that could be extended');
  const attacker = createAttackerKey();
  const certificates = await chainExtended.mutate(evidence.certificates.map(bytesOf), {
    ...{ attacker, signWithPhone },
    ...{ earlierChain: [], emulatorChain: [] },
  });
  const csr = csrs.csrKeySwapped.mutate(bytesOf(enrolment.csr), { attacker });
  const forged = { ...evidence, certificates: certificates.map(toBase64url) };
  return { ...enrolment, csr: toBase64url(csr), evidence: forged };
}

function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

/** The enrolment with an attestation whose counter says that its key was used before. */
export function raiseCounter(enrolment: Enrolment): Enrolment {
  const { evidence } = enrolment;
  if (evidence?.format !== 'app-attest-attestation')
    throw new RangeError('no attestation to spoil');
  const { attestationObject, keyId } = evidence;
  const genuine = { object: bytesOf(attestationObject), keyId: bytesOf(keyId) };
  const means = { attacker: createAttackerKey(), earlier: genuine, developmentBuild: genuine };
  const { object } = counterNotZero.mutate(genuine, means);
  return { ...enrolment, evidence: { ...evidence, attestationObject: toBase64url(object) } };
}

/**
 * The order of profile R as an app sends it that signs it so: it is spoilt, and the signature, by the
 * phone's own key, verifies.
 */
export async function signSpoilt(
  order: SignedHttpRequest,
  attack: RequestAttackId,
  signWithPhone: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<SignedHttpRequest> {
  const open = spoilRequest(order, attack);
  const [[label, input] = []] = readDictionary(open.headers, 'signature-input');
  if (label === undefined || input === undefined || !isInnerList(input)) {
    throw new RangeError('the order is not signed with profile R');
  }
  const der = await signWithPhone(utf8(signatureBase(open, input)));
  const signature = `${label}=:${toBase64(writeP256Pair(readP256Signature(der)))}:`;
  const others = open.headers.filter(([name]) => name !== 'signature');
  return { ...open, headers: [...others, ['signature', signature]] };
}

/** The order as a proxy hands it on that reads its JSON and writes it anew, meaning no harm. */
export function reserialise(order: SignedHttpRequest): SignedHttpRequest {
  const body = utf8(JSON.stringify(JSON.parse(utf8Text(order.body) ?? '')));
  return { ...order, body };
}

/** The request that an attacker sends in place of the one that he captured. */
export function spoilRequest(
  request: SignedHttpRequest,
  attack: RequestAttackId,
): SignedHttpRequest {
  const sent = REQUEST_ATTACKS[attack].present([request]).at(-1);
  if (sent === undefined) throw new Error(`${attack} sends nothing`);
  return sent.evidence;
}
