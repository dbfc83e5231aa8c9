import { fromBase64url, toBase64url } from '../encoding/bytes.js';
import { enrolmentRequestSchema } from '../relying-party/index.js';
import type { AppraisalRecorder } from './appraisal-recorder.js';
import type { BackendId } from './backends.js';
import { issueFaultyCertificate } from './client-certificates.js';
import type { Stage } from './compose.js';
import type { ControlHandlers } from './control-api.js';
import type { ControlRequest } from './control-protocol.js';
import { exchangeOf } from './exchange.js';
import { knockAt } from './knock.js';
import { REWRITTEN_BODY } from './proxies.js';

/** What the deny list keeps for its operator. */
const DENIED_BECAUSE = 'a scenario reported the phone as stolen';

type RelyingPartyRoute =
  | 'client-certificates/issue'
  | 'relying-party/describe'
  | 'relying-party/arrival'
  | 'relying-party/challenge'
  | 'relying-party/enrol'
  | 'relying-party/deny'
  | 'watch/let-pass'
  | 'watch/signals';

type InterceptionRoute =
  'interceptors/start' | 'interceptors/finish' | 'proxies/start' | 'proxies/finish';

/** What a story asks of the relying parties, and of who issues certificates that they would not. */
export function relyingPartyHandlers(run: {
  readonly recorder: Pick<AppraisalRecorder, 'assign'>;
  readonly stage: Stage;
  readonly rpId: string;
}): Pick<ControlHandlers, RelyingPartyRoute> {
  const { recorder, stage, rpId } = run;
  return {
    'client-certificates/issue': (request) => issueCertificate(stage, request),
    'relying-party/describe': async ({ phone, backend }) => ({
      rpId,
      ...(await addressesOf(stage, backend, phone)),
      anchors: [toBase64url(stage.pki.serverAnchor)],
      interceptionAnchors: stage.interceptors.setup.trusted.map(toBase64url),
      pins: stage.interceptors.setup.pins,
    }),
    'relying-party/arrival': async ({ phone, backend, path }) => {
      const status = stage.arrivals.statusOf(path);
      // Whoever is not there lets nobody in: that is no refusal.
      if (status === null) await knockAt((await addressesOf(stage, backend, phone)).apiUrl);
      return { status };
    },
    'relying-party/challenge': async ({ phone, backend, subject }) => {
      recorder.assign(subject, phone);
      const { enrolment } = await stage.backends.of(backend, phone);
      return exchangeOf(await enrolment.requestTlsChallenge(subject));
    },
    'relying-party/enrol': async (request) => {
      recorder.assign(request.subject, request.phone);
      const { enrolment } = await stage.backends.of(request.backend, request.phone);
      return exchangeOf(await enrolment.enrol(enrolmentOf(request)));
    },
    'relying-party/deny': async ({ phone, backend, keyId, denied }) => {
      const { denyList } = (await stage.backends.of(backend, phone)).relyingParty;
      if (denied) await denyList.deny({ keyId, reason: DENIED_BECAUSE, deniedAtMs: Date.now() });
      else await denyList.allow(keyId);
      return {};
    },
    'watch/let-pass': ({ phone, ms }) => {
      stage.watches.of(phone).letPass(ms);
      return {};
    },
    'watch/signals': ({ phone, keyId }) => ({
      signals: [...stage.watches.of(phone).signalsOf(keyId)],
    }),
  };
}

/** What a story asks of whom it puts in the way. */
export function interceptionHandlers(stage: Stage): Pick<ControlHandlers, InterceptionRoute> {
  return {
    'interceptors/start': ({ phone, ...order }) => stage.interceptors.start(phone, order),
    'interceptors/finish': async ({ id }) => {
      const { applicationBytes, plaintext, clientCertificate } =
        await stage.interceptors.finish(id);
      return {
        bytesFromClient: applicationBytes.fromClient,
        bytesToClient: applicationBytes.toClient,
        ...{ clientCertificate, plaintext: toBase64url(plaintext) },
      };
    },
    'proxies/start': async ({ phone }) => {
      const { id, address, anchor } = await stage.proxies.start(phone, REWRITTEN_BODY);
      return { id, address, anchor: toBase64url(anchor) };
    },
    'proxies/finish': ({ id, body }) =>
      stage.proxies.finish(id, fromBase64url(body) ?? new Uint8Array()),
  };
}

async function addressesOf({ backends }: Stage, id: BackendId, phone: string) {
  const { enrolUrl, apiUrl, diagnosticsUrl } = (await backends.of(id, phone)).relyingParty;
  return { enrolUrl, apiUrl, diagnosticsUrl };
}

async function issueCertificate(
  { pki, clientFault }: Stage,
  { spki, fault }: ControlRequest<'client-certificates/issue'>,
) {
  const order = { spki, fault: clientFault(fault), now: new Date() };
  const chain = await issueFaultyCertificate(pki, order);
  return { chain: chain.map(toBase64url) };
}

function enrolmentOf(request: ControlRequest<'relying-party/enrol'>) {
  const { subject, challenge, csr, evidence, playIntegrity } = request;
  return enrolmentRequestSchema.parse({
    ...{ subject, challenge, csr },
    ...(evidence === null ? {} : { evidence }),
    ...(playIntegrity === null ? {} : { playIntegrity }),
  });
}
