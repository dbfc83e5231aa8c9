import { parseSignedRequest } from '../../evidence/signed-request/index.js';
import { SHORT_LIVED } from '../../relying-party/index.js';
import type { AppraisalInput } from '../../verifier/index.js';
import { INTERCEPTION_SABOTAGES } from './interception.js';
import { SABOTAGE_IDS, type Sabotage, type SabotageId } from './sabotage.js';
import { ignoring, withoutRule, withVerifier } from './wrap.js';

export { SABOTAGE_IDS, type Sabotage, type SabotageId } from './sabotage.js';

const BOTH = ['android', 'ios'] as const;
const YEAR_MS = 365 * 24 * 60 * 60_000;
const SIGNED_PATH = '/v1/orders';

const TABLE: { readonly [Id in SabotageId]: Omit<Sabotage, 'id'> } = {
  'verifier-ignores-challenge': {
    description: 'the verifier does not compare the challenge in an Android key attestation',
    platforms: ['android'],
    relyingParty: withVerifier(ignoring('android-key/challenge-matches')),
  },
  'verifier-ignores-key-binding': {
    description: 'the verifier does not compare the attested key with that of the request',
    platforms: ['android'],
    relyingParty: withVerifier(ignoring('android-key/key-matches')),
  },
  'verifier-ignores-client-data': {
    description: 'the verifier does not compare the client data that an App Attest object covers',
    platforms: ['ios'],
    relyingParty: withVerifier(ignoring('app-attest/nonce-matches')),
  },
  'verifier-skips-request-signature': {
    description: 'the verifier does not verify the signature of a request',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/signature-verifies')),
  },
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
  'relying-party-needs-no-evidence': {
    description: 'the relying party enrols a key without evidence',
    platforms: BOTH,
    relyingParty: withoutRule('enrolment/evidence-present'),
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
  'phone-claims-level-it-lacks': {
    description: 'the probe says that each key lives in hardware that the phone does not have',
    platforms: BOTH,
    misreport: (outgoing) =>
      outgoing.command === 'key.generate'
        ? { ...outgoing.result, level: 'strongbox' }
        : outgoing.result,
  },
  ...INTERCEPTION_SABOTAGES,
  'phone-is-slow': {
    description: 'everything in the secure hardware of a phone takes ten times as long',
    platforms: BOTH,
    phones: (stated) => stated.map((phone) => ({ ...phone, faults: [...phone.faults, 'slow'] })),
  },
  'relying-party-takes-any-client': {
    description: 'the relying party lets clients in whatever certificate they show, or none',
    platforms: BOTH,
    relyingParty: (options) => ({ ...options, clientCertificates: 'not-judged' }),
  },
  'client-certificate-expires-early': {
    description: 'the client certificate that should be good has expired',
    platforms: BOTH,
    clientFault: (asked) => (asked === 'none' ? 'expired' : asked),
  },
  'scenario-does-not-run': {
    description: 'a scenario is in the plan, and the test runner is never given it',
    platforms: BOTH,
    scenarios: (planned) => planned.filter(({ id }) => id !== 'signed-body/accepted-once'),
  },
};

/** Every sabotage, in the order of their ids. */
export const SABOTAGES: readonly Sabotage[] = SABOTAGE_IDS.map((id) => ({ id, ...TABLE[id] }));

function atSignedPath(input: AppraisalInput): AppraisalInput {
  if (input.evidence.format !== 'signed-request') return input;
  const { request } = input.evidence;
  if (!request.target.startsWith(`${SIGNED_PATH}/`)) return input;
  const evidence = parseSignedRequest({ ...request, target: SIGNED_PATH });
  return { ...input, evidence } as AppraisalInput;
}
