import type { ServerOptions } from 'node:https';
import { encodePemCertificate } from '../encoding/pem.js';
import { startAdmin } from './admin/admin.js';
import { createMetrics } from './admin/metrics.js';
import { Challenges } from './challenges.js';
import { combineEvents } from './combine-events.js';
import type { Context, CounterMode } from './context.js';
import { DenyList } from './deny-list.js';
import { diagnosticsListener } from './diagnostics/diagnostics.js';
import { Enrolment } from './enrolment.js';
import type { RelyingPartyEvents } from './events.js';
import { createListener, listen, type UnboundListener } from './http/listener.js';
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
  type IssueClientCertificate,
} from './issue-certificate.js';
import type { RelyingPartyOptions } from './options.js';
import { assertAnchors, ownIssuer, type ClientCertificateIssuer } from './issuing/issuer.js';
import { LARGEST_WINDOW } from './keep-counters.js';
import { Receipts } from './receipts/receipts.js';
import { Renewals } from './renewals.js';
import { allRules } from './rules.js';
import { SignedRequests } from './signed-requests.js';
import { SigningKeys } from './signing-keys.js';

const CHALLENGE_LIFETIME_MS = 120_000;

/** A relying party that listens. */
export interface RelyingParty {
  /** Origin of the listener without client certificates. */
  readonly enrolUrl: string;
  /** Origin of the listener that demands a client certificate. */
  readonly apiUrl: string;
  /** Origin of the administration; null where there is none. */
  readonly adminUrl: string | null;
  /** Origin of the listener that explains refusals; null where there is none. */
  readonly diagnosticsUrl: string | null;
  readonly denyList: DenyList;
  /** Null where receipts of App Attest are not refreshed. */
  readonly receipts: Receipts | null;
  /** OpenAPI 3.1 of each, which is also served at `/openapi.json`. */
  readonly openApi: {
    readonly enrolment: () => OpenApi;
    readonly api: () => OpenApi;
    readonly admin: (() => OpenApi) | null;
  };
  /** Stops every listener and ends their connections; may be called again. */
  close(): Promise<void>;
}

/** Starts the listeners of a relying party. */
export async function startRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const metrics = options.admin === undefined ? null : createMetrics();
  const { store, denyListRefreshMs } = options;
  const events = metrics === null ? options.events : combineEvents(metrics.events, options.events);
  const denyList = await DenyList.open({
    ...{ store, onFault: events.onFault.bind(events) },
    ...(denyListRefreshMs === undefined ? {} : { refreshMs: denyListRefreshMs }),
  });
  const receipts = receiptsOf(options, events);
  const context = contextOf(options, { events, denyList, receipts });
  const [enrolment, api] = listenersOf(context, options);
  const explaining = diagnosticsOf(context, options);
  const { publicHost = 'localhost', address = '127.0.0.1', ports, admin } = options;
  const names = {
    address,
    hosts: [...new Set([publicHost, options.rpId, 'localhost', '127.0.0.1'])],
    authorities: options.authorities ?? [],
  };
  let administration: Awaited<ReturnType<typeof startAdmin>> | null = null;
  const close = async () => {
    denyList.close();
    receipts?.close();
    const apps = [enrolment.listener.app.close(), api.listener.app.close()];
    await Promise.all([...apps, explaining?.app.close(), administration?.close()]);
  };
  try {
    const enrolPort = await listen(enrolment.listener, { ...names, port: ports?.enrolment ?? 0 });
    const apiPort = await listen(api.listener, { ...names, port: ports?.api ?? 0 });
    const explainPort =
      explaining && (await listen(explaining, { ...names, port: options.diagnostics?.port ?? 0 }));
    if (admin !== undefined && metrics !== null) {
      const { tlsVersions: versions = 'both' } = options;
      const tls = serverTls(options);
      administration = await startAdmin({ ...admin, context, denyList, metrics, tls, versions });
    }
    return {
      enrolUrl: `https://${publicHost}:${enrolPort}`,
      apiUrl: `https://${publicHost}:${apiPort}`,
      adminUrl: administration?.url ?? null,
      diagnosticsUrl: explainPort === null ? null : `https://${publicHost}:${explainPort}`,
      ...{ denyList, receipts },
      openApi: {
        enrolment: enrolment.describe,
        api: api.describe,
        admin: administration?.describe ?? null,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Described {
  readonly listener: UnboundListener;
  readonly describe: () => OpenApi;
}

function listenersOf(
  context: Context,
  options: RelyingPartyOptions,
): readonly [enrolment: Described, api: Described] {
  const issuer = issuerOf(options);
  const challenges = new Challenges(context, {
    lifetimeMs: options.challengeLifetimeMs ?? CHALLENGE_LIFETIME_MS,
  });
  const policy = options.certificates ?? SHORT_LIVED;
  const issue: IssueClientCertificate = (order) =>
    issueClientCertificate(issuer, { ...order, policy });
  const tls = serverTls(options);
  const versions = options.tlsVersions ?? 'both';

  const patience = options.patience === undefined ? {} : { patience: options.patience };
  const enrolment = createListener(context, {
    ...{ listener: 'enrolment', tls, versions, ...patience },
  });
  const describeEnrolment = describeRoutes(enrolment, 'enrolment');
  addCommonRoutes(enrolment, context);
  addEnrolmentRoutes(enrolment, {
    challenges,
    enrolment: new Enrolment(context, challenges, issue),
  });

  const isDemanded = (options.clientCertificates ?? 'demanded') === 'demanded';
  const ca = issuer.anchors.map(encodePemCertificate);
  const api = createListener(context, {
    ...{ listener: 'api', versions, ...patience },
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
  return [
    { listener: enrolment, describe: describeEnrolment },
    { listener: api, describe: describeApi },
  ];
}

function diagnosticsOf(context: Context, options: RelyingPartyOptions): UnboundListener | null {
  const { diagnostics, tlsVersions: versions = 'both', clientCertificates } = options;
  if (diagnostics === undefined) return null;
  const { anchors } = issuerOf(options);
  const isDemanded = clientCertificates !== 'not-judged';
  const { lab } = diagnostics;
  const tls = serverTls(options);
  return diagnosticsListener({ lab, context, anchors, isDemanded, tls, versions });
}

function receiptsOf(options: RelyingPartyOptions, events: RelyingPartyEvents): Receipts | null {
  const { receiptRefresher: refresher, receiptRefreshMs, judge, policy, referenceValues } = options;
  const { monitor } = options;
  if (refresher === undefined) return null;
  return new Receipts({
    ...{ refresher, judge, policy, referenceValues, events },
    clock: options.clock ?? (() => new Date()),
    ...(monitor === undefined ? {} : { monitor }),
    ...(receiptRefreshMs === undefined ? {} : { refreshMs: receiptRefreshMs }),
  });
}

function counterModeOf({ counterMode = 'strict' }: RelyingPartyOptions): CounterMode {
  if (typeof counterMode === 'string') return counterMode;
  const { window } = counterMode;
  if (Number.isInteger(window) && window >= 1 && window <= LARGEST_WINDOW) return counterMode;
  throw new RangeError(`a window of ${window} counters, not of 1 to ${LARGEST_WINDOW}`);
}

function issuerOf({ issuer, pki }: RelyingPartyOptions): ClientCertificateIssuer {
  if (issuer === undefined) return ownIssuer(pki.clientAuthority);
  assertAnchors(issuer.anchors);
  return issuer;
}

function serverTls({ pki: { server } }: RelyingPartyOptions): ServerOptions {
  return { key: server.privateKey, cert: server.certificateChain };
}

function contextOf(
  options: RelyingPartyOptions,
  parts: Pick<Context, 'events' | 'denyList' | 'receipts'>,
): Context {
  const { rpId, judge, policy, referenceValues, store } = options;
  return {
    ...{ rpId, policy, referenceValues, store, ...parts },
    judge: { appraise: judge.appraise.bind(judge), rules: judge.rules ?? allRules },
    clock: options.clock ?? (() => new Date()),
    counterMode: counterModeOf(options),
    sharedKeys: options.sharedKeys ?? 'refused',
    evidence: options.evidence ?? 'demanded',
    playIntegrity: {
      demand: options.playIntegrity ?? 'ignored',
      decoder: options.playIntegrityDecoder ?? null,
    },
    monitor: options.monitor ?? null,
  };
}
