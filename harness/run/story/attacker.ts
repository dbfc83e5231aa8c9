import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import type { Enrolment } from './enrolment.js';
import type { PhoneKey } from './keys.js';
import { signWith, type ProbeWords } from './probe-words.js';
import {
  extendChain,
  raiseCounter,
  reserialise,
  signSpoilt,
  spoilOnTheWay,
  spoilRequest,
  type CsrAttackId,
  type RequestAttackId,
} from './spoil.js';

/** Somebody between the phone and the relying party, or in the process of the app. */
export interface StoryAttacker {
  spoil(enrolment: Enrolment, attack: CsrAttackId): Enrolment;
  spoilRequest(request: SignedHttpRequest, attack: RequestAttackId): SignedHttpRequest;
  /** Has the phone's key sign an order of profile R anew, spoilt as it is. */
  signSpoilt(
    order: SignedHttpRequest,
    attack: RequestAttackId,
    key: PhoneKey,
  ): Promise<SignedHttpRequest>;
  /** Reads the JSON of an order and writes it anew, as many proxies do. */
  reserialise(order: SignedHttpRequest): SignedHttpRequest;
  /** Has an App Attest attestation say that its key was used before. */
  raiseCounter(enrolment: Enrolment): Enrolment;
  /** Lets the phone's key certify a key of the attacker's own. */
  extendChain(enrolment: Enrolment): Promise<Enrolment>;
}

/** Whoever may be in the way or in the app of one phone. */
export function openAttacker(probe: ProbeWords): StoryAttacker {
  return {
    ...{ spoil: spoilOnTheWay, spoilRequest, reserialise, raiseCounter },
    signSpoilt: (order, attack, key) => signSpoilt(order, attack, signWith(probe, key.alias)),
    extendChain: (enrolment) => extendChain(enrolment, signWith(probe, enrolment.key.alias)),
  };
}
