import {
  createRelyingPartyClient,
  httpsTransport,
  startRelyingParty,
  type RelyingParty,
  type RelyingPartyClient,
  type RelyingPartyEvents,
  type RelyingPartyOptions,
} from '../relying-party/index.js';
import { parseRevocationList, type TrustSet } from '../trust/index.js';
import { createVerifier, type AppraisalInput, type AppraisalPolicy } from '../verifier/index.js';
import type { BackendId } from './stage-words.js';
import type { Watch, Watches } from './watches.js';

export type { BackendId } from './stage-words.js';

/** A relying party that listens, and a client of its enrolment listener. */
export interface Backend {
  readonly relyingParty: RelyingParty;
  readonly enrolment: RelyingPartyClient;
}

/** The relying parties of one run; but for the reference, none listens before a story asks for it. */
export interface Backends {
  of(id: BackendId, phone: string): Promise<Backend>;
  close(): Promise<void>;
}

/** What the relying parties of a run have in common. */
export interface BackendParts {
  /** The reference relying party; `events` are made for each by what it trusts. */
  readonly reference: Omit<RelyingPartyOptions, 'events'>;
  readonly trust: TrustSet;
  readonly watches: Watches;
  /** What listens; `trustOf` answers what an appraisal went by where that is not the run's own trust. */
  readonly eventsFor: (trustOf: TrustOf) => RelyingPartyEvents;
  /** What spoils every one of them. */
  readonly spoil: (options: RelyingPartyOptions) => RelyingPartyOptions;
}

/** What an appraisal went by, or null where it was the run's own trust. */
export type TrustOf = (input: AppraisalInput) => TrustSet | null;

interface Variant {
  readonly options: Partial<RelyingPartyOptions>;
  readonly trustOf?: TrustOf;
}

/** Prepares relying parties that share store, certificates and account, and differ in one thing each. */
export function createBackends(parts: BackendParts): Backends {
  const started = new Map<string, Promise<Backend>>();
  const start = async (id: BackendId, phone: string): Promise<Backend> => {
    const { options, trustOf = () => null } = variantOf(id, phone, parts);
    const events = parts.eventsFor(trustOf);
    const whole = parts.spoil({ ...parts.reference, events, ...options });
    const relyingParty = await startRelyingParty(whole);
    const transport = httpsTransport({
      anchors: [whole.pki.serverAnchor],
      // Workers ask through this process; who they are does not depend on a connection here.
      connections: 'shared',
    });
    const { enrolUrl } = relyingParty;
    return { relyingParty, enrolment: createRelyingPartyClient({ url: enrolUrl, transport }) };
  };
  return {
    of(id, phone) {
      // Time passes for one phone alone; everything else is the same for all of them.
      const key = id === 'watched' ? `${id} by ${phone}` : id;
      const backend = started.get(key) ?? start(id, phone);
      started.set(key, backend);
      return backend;
    },
    async close() {
      const settled = await Promise.allSettled(started.values());
      await Promise.all(
        settled.map((one) =>
          one.status === 'fulfilled' ? one.value.relyingParty.close() : Promise.resolve(),
        ),
      );
    },
  };
}

// The ports that the lab names are those of the reference; the others take what is free.
function variantOf(id: BackendId, phone: string, parts: BackendParts): Variant {
  if (id === 'reference') return { options: {} };
  const { options, trustOf } =
    id === 'watched' ? watching(parts.watches.of(phone)) : otherwise(id, parts);
  return { options: { ports: {}, ...options }, ...(trustOf === undefined ? {} : { trustOf }) };
}

function otherwise(
  id: Exclude<BackendId, 'reference' | 'watched'>,
  { reference: { referenceValues, policy }, trust }: BackendParts,
): Variant {
  switch (id) {
    case 'undemanding':
      return { options: { evidence: 'not-demanded' } };
    case 'hasty':
      return { options: { challengeLifetimeMs: 0 } };
    case 'unlisted':
      return judgingBy(() => ({ ...trust, revocation: null }));
    case 'after-revocation':
      return judgingBy((input) => revokedSince(trust, input));
    case 'of-another-app': {
      const packageNames = referenceValues.packageNames.map((name) => `${name}.another`);
      const appIds = referenceValues.appIds.map((appId) => `${appId}.another`);
      return { options: { referenceValues: { ...referenceValues, packageNames, appIds } } };
    }
    case 'of-another-signer': {
      const signerDigests = ['5a'.repeat(32)];
      const appIds = referenceValues.appIds.map((appId) => `OTHERTEAM0${appId.slice(TEAM_ID)}`);
      return { options: { referenceValues: { ...referenceValues, signerDigests, appIds } } };
    }
    case 'unguarded':
      return { options: { clientCertificates: 'not-judged' } };
    case 'counting-in-a-window':
      return { options: { counterMode: { window: WINDOW }, evidence: 'not-demanded' } };
    case 'counting-by-nonces':
      return { options: { counterMode: 'nonce', evidence: 'not-demanded' } };
    case 'demanding-play':
      return { options: { playIntegrity: 'demanded', policy: takingSideloaded(policy) } };
    case 'of-another-environment': {
      const { environments: own } = policy.appAttest;
      const environments = ENVIRONMENTS.filter((environment) => !own.includes(environment));
      return {
        options: { policy: { ...policy, appAttest: { ...policy.appAttest, environments } } },
      };
    }
  }
}

// What a farm installs did not come from Play, which therefore never recognises it.
function takingSideloaded(policy: AppraisalPolicy): AppraisalPolicy {
  const recognized = 'play-integrity/app-recognized';
  return {
    ...policy,
    required: policy.required.filter((id) => id !== recognized),
    reported: [...policy.reported, recognized],
  };
}

/** Small, so that a story need not send many orders to leave it. */
const WINDOW = 16;

/** Long enough for what comes of a key that nobody attests anew. */
const WATCHED_CERTIFICATES = { lifetimeMs: 6 * 24 * 60 * 60_000, backdateMs: 60_000 };

// What is said of traffic does not depend on where a key lives, so nobody is asked.
function watching({ clock, monitor }: Watch): Variant {
  const certificates = WATCHED_CERTIFICATES;
  return { options: { clock, monitor, certificates, evidence: 'not-demanded' } };
}

/** Characters of a team id. */
const TEAM_ID = 10;
const ENVIRONMENTS = ['development', 'production'] as const;

function judgingBy(trustOf: (input: AppraisalInput) => TrustSet): Variant {
  const appraise = (input: AppraisalInput) =>
    createVerifier({ trust: trustOf(input) }).appraise(input);
  return { options: { judge: { appraise } }, trustOf };
}

// What the vendor does once it learns that a batch key has leaked: the list names that key alone.
function revokedSince(trust: TrustSet, { evidence, now }: AppraisalInput): TrustSet {
  if (evidence.format !== 'android-key' || !evidence.parsed.ok) return trust;
  const issuer = evidence.parsed.value.certificates[1];
  if (issuer === undefined) return trust;
  const entries = { [issuer.serial]: { status: 'REVOKED', reason: 'KEY_COMPROMISE' } };
  const text = JSON.stringify({ entries });
  return { ...trust, revocation: parseRevocationList(text, now.getTime()) };
}
