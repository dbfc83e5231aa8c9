import { HarnessError } from '../../errors.js';
import { attacksOn, type AttackOn } from './attacks-on.js';
import { certificationRequest, type Asked, type MintedKey } from './minting-phones.js';
import type { SubmissionRoute } from './submissions.js';
import {
  inWords,
  type Answered,
  type EvidenceFormat,
  type Occasion,
  type OpenChallenge,
  type Session,
  type Submission,
  type Target,
} from './target.js';
import { stoppersOf, unsentOf, type DoorTrials, type Trial } from './trial.js';

/** What attacks on whole submissions need. */
export interface WholeSubmissions {
  readonly door: string;
  readonly target: Target;
  readonly route: SubmissionRoute;
  readonly mint: (asked: Asked) => Promise<Submission>;
  /** With evidence for a key of somebody else; null where a phone attests its own alone. */
  readonly mintFor: ((asked: Asked, key: MintedKey) => Promise<Submission>) | null;
  /** Under an attestation key that was revoked; or why there is no such evidence. */
  readonly mintRevoked: ((asked: Asked) => Promise<Submission>) | string;
  /** A registration of another phone. */
  readonly another: () => Promise<Session>;
}

type Circumstance = AttackOn<'submission'>['circumstance'];

/** Attacks in which everything that is submitted is genuine, and something else was asked for. */
export function wholeSubmissionTrials(
  parts: WholeSubmissions,
): Pick<DoorTrials, 'trials' | 'unsent'> {
  const { door, route } = parts;
  const attacks = attacksOn('submission').filter(({ occasions }) =>
    occasions.includes(route.occasion),
  );
  const reasonOf = ({ circumstance }: AttackOn<'submission'>) => whyNot(circumstance, parts);
  return {
    trials: attacks
      .filter((one) => reasonOf(one) === null)
      .map((one): Trial => ({
        ...{ id: one.id, door, must: 'be refused' },
        stoppedBy: stoppersOf(one, [route.format, 'submission']),
        run: () => ACTS[one.circumstance](parts),
      })),
    unsent: unsentOf(door, attacks, reasonOf),
  };
}

function whyNot(circumstance: Circumstance, parts: WholeSubmissions): string | null {
  const { route, target } = parts;
  const { occasion, format } = route;
  const other = OTHER_PURPOSE[occasion];
  switch (circumstance) {
    case 'key-of-another':
      return parts.mintFor === null ? 'an Android phone attests keys of its own alone' : null;
    case 'attestation-key-revoked':
      return typeof parts.mintRevoked === 'string' ? parts.mintRevoked : null;
    case 'challenge-for-other-purpose':
      if (formatAt(target, other, format) === null)
        return 'there is one purpose of challenges only';
      return target.asksAlike(occasion, other)
        ? 'one kind of challenge is for every purpose'
        : null;
    case 'challenge-of-other-door':
      if (formatAt(target, 'renewal', format) === null) return 'the target renews no such phone';
      return target.asksAlike('enrolment', 'renewal')
        ? 'one kind of challenge is for every purpose'
        : null;
    case 'evidence-for-other-purpose':
      return target.bindsPurpose(occasion, other, format)
        ? null
        : 'evidence is bound to no purpose there';
    case 'challenge-spent':
    case 'challenge-of-another':
    case 'evidence-of-earlier-challenge':
    case 'evidence-left-out':
      return null;
  }
}

const OTHER_PURPOSE: Readonly<Record<Occasion, Occasion>> = {
  enrolment: 'signingKey',
  signingKey: 'renewal',
  renewal: 'signingKey',
};

const ACTS: Readonly<Record<Circumstance, (parts: WholeSubmissions) => Promise<Answered>>> = {
  async 'challenge-spent'({ route, mint }) {
    const first = await route.open();
    accepted(await first.submit(await mint(first), null));
    return refusable(await route.again(first), mint);
  },
  async 'challenge-of-another'({ target, route, mint, another }) {
    const { occasion, format } = route;
    const session = occasion === 'enrolment' ? null : await another();
    const theirs = await target.open(occasion, format, session);
    return refusable((await route.open()).answering(theirs), mint);
  },
  async 'challenge-for-other-purpose'({ target, route, mint }) {
    const session = await route.session();
    const other = await openElsewhere(target, OTHER_PURPOSE[route.occasion], { route, session });
    return refusable((await route.open()).answering(other), mint);
  },
  async 'challenge-of-other-door'({ target, route, mint, another }) {
    if (route.occasion === 'enrolment') {
      const session = await another();
      const renewing = await openElsewhere(target, 'renewal', { route, session });
      return refusable((await route.open()).answering(renewing), mint);
    }
    const own = await route.session();
    const session = own && { ...own, identity: null };
    const enrolling = await openElsewhere(target, 'enrolment', { route, session });
    return refusable((await route.open()).answering(enrolling), mint);
  },
  async 'evidence-for-other-purpose'({ route, mint }) {
    const challenge = await route.open();
    const other = OTHER_PURPOSE[route.occasion];
    const asked: Asked = {
      nonce: challenge.nonce,
      binding: (evidence, csr) => challenge.bindingOf(other, evidence, csr),
    };
    const sent = await mint(asked);
    return challenge.submit(sent, sent);
  },
  async 'evidence-of-earlier-challenge'({ route, mint }) {
    const earlier = await mint(await route.open());
    const challenge = await route.open();
    const csr = certificationRequest(earlier.key, challenge.nonce);
    const sent = { ...earlier, csr };
    return challenge.submit(sent, sent);
  },
  async 'evidence-left-out'({ route, mint }) {
    const challenge = await route.open();
    const minted = await mint(challenge);
    return challenge.submit({ ...minted, evidence: null }, minted);
  },
  async 'attestation-key-revoked'({ route, mintRevoked }) {
    if (typeof mintRevoked === 'string') throw new Error(mintRevoked);
    return refusable(await route.open(), mintRevoked);
  },
  async 'key-of-another'({ route, mintFor, another }) {
    if (mintFor === null) throw new Error('nobody vouches for the key of another');
    const challenge = await route.open();
    const sent = await mintFor(challenge, (await another()).key);
    return challenge.submit(sent, sent);
  },
};

/** A challenge of another occasion: for that the format of the evidence does not matter. */
function openElsewhere(
  target: Target,
  occasion: Occasion,
  { route, session }: { readonly route: SubmissionRoute; readonly session: Session | null },
): Promise<OpenChallenge> {
  return target.open(occasion, formatAt(target, occasion, route.format) ?? route.format, session);
}

// Of the same platform, since nobody asks as a phone of another one.
function formatAt(target: Target, occasion: Occasion, wanted: EvidenceFormat) {
  const formats: readonly EvidenceFormat[] =
    wanted === 'android-key' ? [wanted] : ['app-attest-attestation', 'app-attest-assertion'];
  return formats.find((format) => target.takes(occasion, format)) ?? null;
}

async function refusable(
  challenge: OpenChallenge,
  mint: WholeSubmissions['mint'],
): Promise<Answered> {
  const sent = await mint(challenge);
  return challenge.submit(sent, sent);
}

function accepted(answer: Answered): void {
  if (answer.outcome === 'accepted') return;
  const message = `what is genuine and comes before it was not accepted: ${inWords(answer)}`;
  throw new HarnessError('ERR_RELYING_PARTY', message);
}
