import { encodePemCertificate } from '../encoding/pem.js';
import type { AppraisalPolicy } from '../verifier/policy.js';
import { Challenges } from './challenges.js';
import type { Context, EvidenceDemand, Judge, ReferenceValues } from './context.js';
import { DenyList } from './deny-list.js';
import { Enrolment } from './enrolment.js';
import type { RelyingPartyEvents } from './events.js';
import { createListener, listen, type TlsVersions } from './http/listener.js';
import { describeRoutes, type OpenApi } from './http/openapi.js';
import {
  addCommonRoutes,
  addEnrolmentRoutes,
  addRegistrationRoutes,
  addSignedRoutes,
} from './http/routes.js';
import {
  issueClientCertificate,
  SHORT_LIVED,
  type ClientCertificatePolicy,
  type IssueClientCertificate,
} from './issue-certificate.js';
import type { TrafficLog } from './monitoring/index.js';
import type { LabPki } from './pki.js';
import type { PlayIntegrityDecoder, PlayIntegrityDemand } from './play-integrity/decoder.js';
import { Renewals } from './renewals.js';
import { allRules } from './rules.js';
import { SignedRequests } from './signed-requests.js';
import { SigningKeys } from './signing-keys.js';
import type { Store } from './store.js';

const CHALLENGE_LIFETIME_MS = 120_000;

/** What a relying party is made of. */
export interface RelyingPartyOptions {
  /** The relying party's DNS name: evidence is bound to it, and the server certificate names it. */
  readonly rpId: string;
  /** `rules` are all on where it is left out. */
  readonly judge: Pick<Judge, 'appraise'> & Partial<Pick<Judge, 'rules'>>;
  readonly policy: AppraisalPolicy;
  readonly referenceValues: ReferenceValues;
  readonly store: Store;
  readonly pki: LabPki;
  readonly events: RelyingPartyEvents;
  readonly clock?: () => Date;
  /** Takes what the relying party sees of its traffic, for `signalsOf`; may be shared. */
  readonly monitor?: TrafficLog;
  readonly challengeLifetimeMs?: number;
  readonly certificates?: ClientCertificatePolicy;
  /** How often the deny list is read again, for what other processes put on it. */
  readonly denyListRefreshMs?: number;
  /** Demanded where it is left out; `not-judged` lets everybody in, to show what that costs. */
  readonly clientCertificates?: 'demanded' | 'not-judged';
  /**
   * Demanded where it is left out. `not-demanded` registers any key whose possession is proved, and
   * does not look at evidence that comes with it: a backend that does not ask for hardware.
   */
  readonly evidence?: EvidenceDemand;
  /** `ignored` where it is left out. */
  readonly playIntegrity?: PlayIntegrityDemand;
  /** Opens standard tokens; where it is left out, each of them is refused. */
  readonly playIntegrityDecoder?: PlayIntegrityDecoder;
  /** Whether one key may both open connections and sign bodies; refused where it is left out. */
  readonly sharedKeys?: 'refused' | 'allowed';
  /** Both where it is left out. */
  readonly tlsVersions?: TlsVersions;
  /** The address to listen on; loopback where it is left out. */
  readonly address?: string;
  /** The host of the URLs that phones are given. */
  readonly publicHost?: string;
  /** Ports; 0, or left out, is any free one. */
  readonly ports?: { readonly enrolment?: number; readonly api?: number };
  /** Further authorities, such as those of a port that is forwarded to phones. */
  readonly authorities?: readonly string[];
}

/** A relying party that listens. */
export interface RelyingParty {
  /** Origin of the listener without client certificates. */
  readonly enrolUrl: string;
  /** Origin of the listener that demands a client certificate. */
  readonly apiUrl: string;
  readonly denyList: DenyList;
  /** OpenAPI 3.1 of each, which is also served at `/openapi.json`. */
  readonly openApi: Readonly<Record<'enrolment' | 'api', () => OpenApi>>;
  /** Stops both listeners and ends their connections; may be called again. */
  close(): Promise<void>;
}

/** Starts both listeners of a relying party. */
export async function startRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const { store, denyListRefreshMs, events } = options;
  const denyList = await DenyList.open({
    ...{ store, onFault: events.onFault.bind(events) },
    ...(denyListRefreshMs === undefined ? {} : { refreshMs: denyListRefreshMs }),
  });
  const context = contextOf(options, denyList);
  const { server, clientAuthority } = options.pki;
  const tls = { key: server.privateKey, cert: server.certificateChain };
  const challenges = new Challenges(context, {
    lifetimeMs: options.challengeLifetimeMs ?? CHALLENGE_LIFETIME_MS,
  });
  const policy = options.certificates ?? SHORT_LIVED;
  const issue: IssueClientCertificate = (order) =>
    issueClientCertificate(clientAuthority, { ...order, policy });

  const versions = options.tlsVersions ?? 'both';
  const enrolment = createListener(context, { listener: 'enrolment', tls, versions });
  const describeEnrolment = describeRoutes(enrolment, 'enrolment');
  addCommonRoutes(enrolment, context);
  addEnrolmentRoutes(enrolment, {
    challenges,
    enrolment: new Enrolment(context, challenges, issue),
  });

  const isDemanded = (options.clientCertificates ?? 'demanded') === 'demanded';
  const ca = encodePemCertificate(clientAuthority.certificate);
  const api = createListener(context, {
    ...{ listener: 'api', versions },
    tls: { ...tls, ca, requestCert: true, rejectUnauthorized: isDemanded },
  });
  const describeApi = describeRoutes(api, 'api');
  addCommonRoutes(api, context);
  addRegistrationRoutes(api, context, {
    challenges,
    signingKeys: new SigningKeys(context, challenges),
    renewals: new Renewals(context, challenges, issue),
  });
  addSignedRoutes(api, context, new SignedRequests(context));

  const close = async () => {
    denyList.close();
    await Promise.all([enrolment.app.close(), api.app.close()]);
  };
  const { publicHost = 'localhost', address = '127.0.0.1' } = options;
  const names = {
    address,
    hosts: [...new Set([publicHost, options.rpId, 'localhost', '127.0.0.1'])],
    authorities: options.authorities ?? [],
  };
  try {
    const enrolPort = await listen(enrolment, { ...names, port: options.ports?.enrolment ?? 0 });
    const apiPort = await listen(api, { ...names, port: options.ports?.api ?? 0 });
    return {
      enrolUrl: `https://${publicHost}:${enrolPort}`,
      apiUrl: `https://${publicHost}:${apiPort}`,
      denyList,
      openApi: { enrolment: describeEnrolment, api: describeApi },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function contextOf(options: RelyingPartyOptions, denyList: DenyList): Context {
  const { rpId, judge, policy, referenceValues, store, events } = options;
  return {
    ...{ rpId, policy, referenceValues, store, events, denyList },
    judge: { appraise: judge.appraise.bind(judge), rules: judge.rules ?? allRules },
    clock: options.clock ?? (() => new Date()),
    sharedKeys: options.sharedKeys ?? 'refused',
    evidence: options.evidence ?? 'demanded',
    playIntegrity: {
      demand: options.playIntegrity ?? 'ignored',
      decoder: options.playIntegrityDecoder ?? null,
    },
    monitor: options.monitor ?? null,
  };
}
