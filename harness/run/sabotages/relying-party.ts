import { TrafficLog } from '../../relying-party/index.js';
import type { Sabotage, SabotageId } from './sabotage.js';
import { withoutRule, withStore } from './wrap.js';

type Row = Omit<Sabotage, 'id'>;

const IOS = ['ios'] as const;
const BOTH = ['android', 'ios'] as const;

/** Defects of the relying party in whom it lets in, and in what it remembers of them. */
export const RELYING_PARTY_SABOTAGES = {
  'relying-party-respends-challenges': {
    description: 'the relying party takes a challenge that was spent before',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/unspent'),
  },
  'relying-party-takes-made-up-challenges': {
    description: 'the relying party takes a challenge that it never issued',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/known'),
  },
  'relying-party-ignores-challenge-purpose': {
    description: 'the relying party takes a challenge for another purpose than it issued it for',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/issued-for-purpose'),
  },
  'relying-party-forgets-answers': {
    description: 'the relying party does not remember what it answered to a challenge',
    platforms: BOTH,
    relyingParty: withStore({ recordReply: () => Promise.resolve() }),
  },
  'relying-party-ignores-challenge-owner': {
    description: 'the relying party takes a challenge that it issued to somebody else',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/issued-to-presenter'),
  },
  'relying-party-ignores-challenge-life': {
    description: 'the relying party takes a challenge whose life is over',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/fresh'),
  },
  'relying-party-needs-no-evidence': {
    description: 'the relying party enrols a key without evidence',
    platforms: BOTH,
    relyingParty: withoutRule('enrolment/evidence-present'),
  },
  'relying-party-takes-any-format': {
    description:
      'the relying party does not ask whether evidence is of the kind that a first key needs',
    platforms: IOS,
    relyingParty: withoutRule('enrolment/evidence-fits'),
  },
  'relying-party-takes-undecoded-verdicts': {
    description: 'the relying party does not mind a Play Integrity token that Google cannot decode',
    platforms: ['android'],
    relyingParty: withoutRule('enrolment/play-integrity-decoded'),
  },
  'relying-party-shares-keys': {
    description: 'the relying party registers a key that somebody else has registered',
    platforms: BOTH,
    relyingParty: withoutRule('registration/key-not-elsewhere'),
  },
  'relying-party-shares-app-attest-keys': {
    description: 'the relying party lets one App Attest key vouch for several accounts',
    platforms: IOS,
    relyingParty: withoutRule('registration/app-attest-key-not-elsewhere'),
  },
  'relying-party-lets-one-key-do-both': {
    description: 'the relying party registers the key of a connection for signing orders as well',
    platforms: BOTH,
    relyingParty: withoutRule('registration/keys-separate'),
  },
  'diagnosis-overlooks-authority': {
    description: 'the relying party’s diagnosis does not look who has issued a client certificate',
    platforms: BOTH,
    relyingParty: withoutRule('handshake/certificate-from-authority'),
  },
  'diagnosis-overlooks-usage': {
    description: 'the relying party’s diagnosis does not look what a client certificate is for',
    platforms: BOTH,
    relyingParty: withoutRule('handshake/certificate-for-clients'),
  },
  'relying-party-misses-no-certificate': {
    description: 'the relying party does not ask whether a connection has a client certificate',
    platforms: BOTH,
    relyingParty: withoutRule('client-certificate/presented'),
  },
  'relying-party-misses-no-registration': {
    description: 'the relying party does not ask whether the key of a connection is registered',
    platforms: BOTH,
    relyingParty: withoutRule('client-certificate/registered'),
  },
  'relying-party-keeps-expired-clients': {
    description:
      'the relying party asks for the dates of a client certificate in the handshake alone',
    platforms: BOTH,
    relyingParty: withoutRule('client-certificate/valid-now'),
  },
  'relying-party-ignores-deny-list': {
    description: 'the relying party lets in a connection whose key is on the deny list',
    platforms: BOTH,
    relyingParty: withoutRule('client-certificate/key-not-denied'),
  },
  'relying-party-certifies-denied-keys': {
    description: 'the relying party registers a key that is on the deny list',
    platforms: BOTH,
    relyingParty: withoutRule('registration/keys-not-denied'),
  },
  'relying-party-forgets-renewals': {
    description: 'the relying party issues a renewed certificate and does not remember its key',
    platforms: BOTH,
    relyingParty: withStore({ replaceTlsKey: () => Promise.resolve() }),
  },
  'relying-party-overlooks-traffic': {
    description: 'the relying party does not watch the traffic of its keys',
    platforms: BOTH,
    relyingParty: (options) => ({ ...options, monitor: new TrafficLog() }),
  },
  'relying-party-takes-any-client': {
    description: 'the relying party lets clients in whatever certificate they show, or none',
    platforms: BOTH,
    relyingParty: (options) => ({ ...options, clientCertificates: 'not-judged' }),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;
