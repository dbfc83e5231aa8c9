import { parseSignedRequest } from '../../evidence/signed-request/index.js';
import { SHORT_LIVED, TrafficLog, type RelyingPartyOptions } from '../../relying-party/index.js';
import type { AppraisalInput } from '../../verifier/index.js';
import type { Sabotage, SabotageId } from './sabotage.js';
import { ignoring, withoutRule, withVerifier } from './wrap.js';

type Row = Omit<Sabotage, 'id'>;

const BOTH = ['android', 'ios'] as const;
const YEAR_MS = 365 * 24 * 60 * 60_000;
const SIGNED_PATH = '/v1/orders';

/** Defects of the relying party and of its certificate authority. */
export const RELYING_PARTY_SABOTAGES = {
  'relying-party-respends-challenges': {
    description: 'the relying party takes a challenge that was spent before',
    platforms: BOTH,
    relyingParty: withoutRule('challenge/unspent'),
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
  'relying-party-shares-keys': {
    description: 'the relying party registers a key that somebody else has registered',
    platforms: BOTH,
    relyingParty: withoutRule('registration/key-not-elsewhere'),
  },
  'relying-party-ignores-deny-list': {
    description: 'the relying party lets in a connection whose key is on the deny list',
    platforms: BOTH,
    relyingParty: withoutRule('client-certificate/key-not-denied'),
  },
  'relying-party-forgets-renewals': {
    description: 'the relying party issues a renewed certificate and does not remember its key',
    platforms: BOTH,
    relyingParty: (options) => ({ ...options, store: forgetfulStore(options.store) }),
  },
  'relying-party-routes-any-path': {
    description:
      'the relying party verifies a signature without the part of the path below its own',
    platforms: BOTH,
    relyingParty: withVerifier((appraise) => (input) => appraise(atSignedPath(input))),
  },
  'relying-party-accepts-stale-timestamps': {
    description: 'the relying party has no lower limit for timestamps',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/timestamp-not-stale')),
  },
  'relying-party-accepts-future-timestamps': {
    description: 'the relying party has no upper limit for timestamps',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/timestamp-not-ahead')),
  },
  'relying-party-accepts-replayed-counter': {
    description: 'the relying party accepts the counter that it accepted last',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/counter-not-replayed')),
  },
  'relying-party-accepts-rolled-back-counter': {
    description: 'the relying party accepts a counter below the one that it accepted last',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/counter-not-rolled-back')),
  },
  'certificate-authority-skips-proof-of-possession': {
    description: 'the certificate authority does not verify the signature of a request',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('csr/signature-verifies')),
  },
  'certificate-authority-issues-for-a-year': {
    description: 'the certificate authority issues certificates that nobody revokes for a year',
    platforms: BOTH,
    relyingParty: (options) => ({
      ...options,
      certificates: { ...SHORT_LIVED, lifetimeMs: YEAR_MS },
    }),
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

function atSignedPath(input: AppraisalInput): AppraisalInput {
  if (input.evidence.format !== 'signed-request') return input;
  const { request } = input.evidence;
  if (!request.target.startsWith(`${SIGNED_PATH}/`)) return input;
  const evidence = parseSignedRequest({ ...request, target: SIGNED_PATH });
  return { ...input, evidence } as AppraisalInput;
}

function forgetfulStore(store: RelyingPartyOptions['store']): RelyingPartyOptions['store'] {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'replaceTlsKey') return () => Promise.resolve();
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
