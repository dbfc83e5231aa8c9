import { HarnessError } from '../errors.js';
import { classify } from '../farm/classes.js';
import type { Lab } from '../farm/lab.js';
import { measureFacts } from '../farm/measure-facts.js';
import { COMMANDS } from '../probe/index.js';
import type { InstalledProbe } from '../report/record.js';
import type { AppraisalRecorder } from './appraisal-recorder.js';
import { attestedKey } from './attested-key.js';
import type { Stage } from './compose.js';
import type { Conductor, Readiness } from './conductor.js';
import type { ControlHandlers } from './control-api.js';
import type { ControlRequest } from './control-protocol.js';
import { claimedProbe, refuseForeignProbe } from './probe-identity.js';
import { interceptionHandlers, relyingPartyHandlers } from './stage-handlers.js';
import { createLevers } from './levers.js';

/** What the run does for its workers. */
export function controlHandlers(run: {
  readonly conductor: Conductor;
  readonly recorder: AppraisalRecorder;
  readonly stage: Stage;
  readonly lab: Lab;
  /** Resolves once everything that was recorded so far is on the disk. */
  readonly recorded: () => Promise<void>;
  readonly onReleased: (phone: string) => void;
  readonly keepWitness: (witness: ControlRequest<'scenarios/witness'>) => void;
}): ControlHandlers {
  const { conductor, recorder, stage, lab } = run;
  const levers = createLevers(lab.inventory.value.phones, stage.virtualLab);
  return {
    'phones/ready': (request) => {
      const readiness = readinessOf(lab, request);
      const judged = conductor.phoneReady(request.phone, readiness);
      // It is on record by now; a story that went on would gate another app than the lab's.
      refuseForeignProbe(readiness.probe, { values: lab.referenceValues, phone: request.phone });
      return { judged };
    },
    'phones/pull-lever': ({ phone, lever }) => {
      const pulled = stage.lever(lever);
      if (pulled !== null) levers.pull(phone, pulled);
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
    'scenarios/finish': async ({ phone, error }) => {
      // What a story did to its phone is not the next one's, whether it was told to its end or not.
      levers.release(phone);
      stage.watches.of(phone).returnToPresent();
      await Promise.all([stage.interceptors.abandon(phone), stage.proxies.abandon(phone)]);
      // No outcome counts before what it rests on is on the disk.
      await run.recorded().catch((failure: unknown) => {
        if (!(failure instanceof HarnessError)) throw failure;
        conductor.unrecorded(phone, failure);
      });
      return { outcome: conductor.scenarioFinished(phone, error) };
    },
    'scenarios/witness': (witness) => {
      run.keepWitness(witness);
      return {};
    },
    observations: ({ phone, name, observation }) => {
      conductor.observed(phone, name, observation);
      return {};
    },
    measurements: ({ phone, ...measurement }) => {
      conductor.measured(phone, measurement);
      return {};
    },
    appraisals: ({ phone }) => {
      const scenario = conductor.activeScenario(phone);
      return { results: scenario === null ? [] : recorder.resultsOf(phone, scenario) };
    },
    ...relyingPartyHandlers({ recorder, stage, rpId: lab.referenceValues.relyingParty.rpId }),
    ...interceptionHandlers(stage),
  };
}

// The probe's claims choose what is expected of the phone; nothing is trusted by them.
function readinessOf(
  lab: Lab,
  { phone, facts: claimed, attestation, installed }: ControlRequest<'phones/ready'>,
): Readiness & { readonly probe: InstalledProbe } {
  const declared = lab.inventory.value.phones.find(({ alias }) => alias === phone)?.class;
  const deviceClass = declared === undefined ? undefined : lab.classes.get(declared);
  if (deviceClass === undefined) {
    throw new HarnessError('ERR_USAGE', `the inventory has no phone ${phone}`);
  }
  const probeFacts = COMMANDS.facts.result.parse(claimed);
  const measured = measureFacts(probeFacts, attestedKey(attestation));
  const { class: className, drift } = classify(measured, deviceClass, lab.classes);
  const probe = installed ?? claimedProbe(probeFacts.probe);
  return { class: className, facts: claimed, drift: [...drift], probe };
}
