import { toBase64url } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { classify } from '../farm/classes.js';
import type { Lab } from '../farm/lab.js';
import { measureFacts } from '../farm/measure-facts.js';
import { COMMANDS } from '../probe/index.js';
import { enrolmentRequestSchema } from '../relying-party/index.js';
import type { AppraisalRecorder } from './appraisal-recorder.js';
import { attestedKey } from './attested-key.js';
import type { BackendId } from './backends.js';
import { issueFaultyCertificate } from './client-certificates.js';
import type { Stage } from './compose.js';
import type { Conductor, Readiness } from './conductor.js';
import type { ControlHandlers } from './control-api.js';
import type { ControlRequest } from './control-protocol.js';
import { createLevers } from './levers.js';
import { exchangeOf } from './exchange.js';

/** What the run does for its workers. */
export function controlHandlers(run: {
  readonly conductor: Conductor;
  readonly recorder: AppraisalRecorder;
  readonly stage: Stage;
  readonly lab: Lab;
  readonly onReleased: (phone: string) => void;
}): ControlHandlers {
  const { conductor, recorder, stage, lab } = run;
  const levers = createLevers(lab.inventory.value.phones, stage.virtualLab);
  return {
    'phones/ready': (request) => ({
      judged: conductor.phoneReady(request.phone, readinessOf(lab, request)),
    }),
    'phones/pull-lever': ({ phone, lever }) => {
      levers.pull(phone, lever);
      return {};
    },
    'phones/lost': ({ phone, error }) => {
      conductor.phoneLost(phone, error);
      return {};
    },
    'phones/released': ({ phone }) => {
      run.onReleased(phone);
      return {};
    },
    'scenarios/start': ({ phone, scenario }) => ({
      planned: conductor.scenarioStarted(phone, scenario),
    }),
    'scenarios/finish': ({ phone, error }) => {
      // What a story did to its phone is not the next one's, whether it was told to its end or not.
      levers.release(phone);
      return { outcome: conductor.scenarioFinished(phone, error) };
    },
    observations: ({ phone, name, observation }) => ({
      outcome: conductor.observed(phone, name, observation),
    }),
    measurements: ({ phone, ...measurement }) => {
      conductor.measured(phone, measurement);
      return {};
    },
    appraisals: ({ phone }) => {
      const scenario = conductor.activeScenario(phone);
      return { results: scenario === null ? [] : recorder.resultsOf(phone, scenario) };
    },
    'relying-party/describe': async ({ backend }) => ({
      rpId: lab.referenceValues.relyingParty.rpId,
      ...(await addressesOf(stage, backend)),
      anchors: [toBase64url(stage.pki.serverAnchor)],
      interceptionAnchors: stage.interceptors.setup.trusted.map(toBase64url),
      pins: stage.interceptors.setup.pins,
    }),
    'client-certificates/issue': (request) => issueCertificate(stage, request),
    'relying-party/arrival': ({ path }) => ({ status: stage.arrivals.statusOf(path) }),
    'interceptors/start': ({ middle }) => stage.interceptors.start(middle),
    'interceptors/finish': async ({ id }) => {
      const { applicationBytes, plaintext } = await stage.interceptors.finish(id);
      return {
        bytesFromClient: applicationBytes.fromClient,
        bytesToClient: applicationBytes.toClient,
        plaintext: toBase64url(plaintext),
      };
    },
    'relying-party/challenge': async ({ phone, backend, subject }) => {
      recorder.assign(subject, phone);
      const { enrolment } = await stage.backends.of(backend);
      return exchangeOf(await enrolment.requestTlsChallenge(subject));
    },
    'relying-party/enrol': async (request) => {
      recorder.assign(request.subject, request.phone);
      const { enrolment } = await stage.backends.of(request.backend);
      return exchangeOf(await enrolment.enrol(enrolmentOf(request)));
    },
  };
}

// The probe's claims choose what is expected of the phone; nothing is trusted by them.
function readinessOf(
  lab: Lab,
  { phone, facts: claimed, attestation }: ControlRequest<'phones/ready'>,
): Readiness {
  const declared = lab.inventory.value.phones.find(({ alias }) => alias === phone)?.class;
  const deviceClass = declared === undefined ? undefined : lab.classes.get(declared);
  if (deviceClass === undefined) {
    throw new HarnessError('ERR_USAGE', `the inventory has no phone ${phone}`);
  }
  const probeFacts = COMMANDS.facts.result.parse(claimed);
  const measured = measureFacts(probeFacts, attestedKey(attestation));
  const { class: className, drift } = classify(measured, deviceClass, lab.classes);
  return { class: className, facts: claimed, drift: [...drift] };
}

async function addressesOf({ backends }: Stage, id: BackendId) {
  const { enrolUrl, apiUrl } = (await backends.of(id)).relyingParty;
  return { enrolUrl, apiUrl };
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
  const { subject, challenge, csr, evidence } = request;
  return enrolmentRequestSchema.parse({
    ...{ subject, challenge, csr },
    ...(evidence === null ? {} : { evidence }),
  });
}
