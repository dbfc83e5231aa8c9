import { createAttackerKey } from '../../attacks/attacker-key.js';
import type { CsrAttack, ProfileRAttack, SignedRequestAttack } from '../../attacks/attack.js';
import { chainExtended } from '../../attacks/android-key-attacks.js';
import { csrByteFlipped, csrKeySwapped } from '../../attacks/csr-attacks.js';
import * as profileR from '../../attacks/profile-r-attacks.js';
import { bodyTampered, pathRedirected } from '../../attacks/signed-request-attacks.js';
import { fromBase64url, toBase64, toBase64url, utf8 } from '../../encoding/bytes.js';
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
  'csr/byte-flipped': csrByteFlipped,
  'csr/key-swapped': csrKeySwapped,
} as const satisfies Record<string, CsrAttack>;

/** Attacks on a signed request that stories know, by the attack's id. */
const REQUEST_ATTACKS = {
  'signed-request/body-tampered': bodyTampered,
  'signed-request/path-redirected': pathRedirected,
  'profile-r/body-tampered': profileR.bodyTampered,
  'profile-r/algorithm-confused': profileR.algorithmConfused,
  'profile-r/component-left-out': profileR.componentLeftOut,
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
  const csr = csrKeySwapped.mutate(bytesOf(enrolment.csr), { attacker });
  const forged = { ...evidence, certificates: certificates.map(toBase64url) };
  return { ...enrolment, csr: toBase64url(csr), evidence: forged };
}

function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

/**
 * The order as an app sends it that signs less than profile R wants: its query is left open, and its
 * signature, by the phone's own key, verifies.
 */
export async function signLess(
  order: SignedHttpRequest,
  signWithPhone: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<SignedHttpRequest> {
  const open = spoilRequest(order, 'profile-r/component-left-out');
  const [[label, input] = []] = readDictionary(open.headers, 'signature-input');
  if (label === undefined || input === undefined || !isInnerList(input)) {
    throw new RangeError('the order is not signed with profile R');
  }
  const der = await signWithPhone(utf8(signatureBase(open, input)));
  const signature = `${label}=:${toBase64(writeP256Pair(readP256Signature(der)))}:`;
  const others = open.headers.filter(([name]) => name !== 'signature');
  return { ...open, headers: [...others, ['signature', signature]] };
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
