import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { HarnessError } from '../errors.js';
import {
  createProbeClient,
  ProbeError,
  startRequestHost,
  type ProbeTransport,
  type RequestHost,
} from '../probe/index.js';
import type { InstalledProbe } from '../report/record.js';
import type { ControlClient } from './control-client.js';
import type { WorkerPhone } from './session-capabilities.js';
import { probeWords, type ProbeWords } from './story/probe-words.js';
import type { Witness } from './witness.js';
import { createStoryteller, type Story, type Storyteller } from './story/story.js';

/** The way to a phone: through Appium, or straight into a virtual phone of this process. */
export interface PhoneLane {
  /** Puts a fresh probe on the phone, starts it and answers how to talk to it. */
  open(): Promise<ProbeTransport>;
  /** What the phone's system says of the probe; null where it says nothing. */
  installed(): Promise<InstalledProbe | null>;
  /** Takes the probe off the phone again. */
  remove(): Promise<void>;
  /** What can be had of the phone as it is now, for whoever asks why a story ended as it did. */
  witness(): Promise<Witness>;
  /** How to wait between two looks at the probe's screen; by default for as long as asked. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Tells stories on one phone, and reports each to the run. */
export interface Teller {
  /**
   * Throws where a story's outcome is not what was expected, so that the test runner shows the same
   * as the run's own reports.
   */
  tell(scenario: string, story: (told: Story) => Promise<void>): Promise<'told' | 'not-planned'>;
  /** Gives the phone back as it was found: keys deleted, probe removed. */
  leave(): Promise<void>;
}

interface Stage {
  readonly storyteller: Storyteller;
  readonly probe: ProbeWords;
  readonly requests: RequestHost;
  /** Whether anything is expected of a phone with these facts. */
  readonly judged: boolean;
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What a teller works with. */
export interface TellerParts {
  readonly phone: WorkerPhone;
  readonly lane: PhoneLane;
  readonly control: ControlClient;
  /** Whoever holds it commands the probe. */
  readonly secret: string;
}

/** A teller; the phone is left alone until the first story. */
export function createTeller(parts: TellerParts): Teller {
  const { phone, control, lane } = parts;
  let stage: Promise<Stage> | null = null;
  // Set once the phone is gone: the stories after that are not told, and none can seem refused.
  let lost: Failure | null = null;
  return {
    async tell(scenario, story) {
      if (lost !== null) throw new Error(`${phone.alias} is gone: ${lost.message}`);
      const { planned } = await control.ask('scenarios/start', { phone: phone.alias, scenario });
      if (!planned) return 'not-planned';
      const error = await attempt(async () => {
        // The first story installs the probe; where that fails, every story of the phone fails by it.
        stage ??= setStage(parts);
        const { judged, storyteller } = await stage;
        // Nothing is expected of such a phone, so nothing would be learnt; the run says why.
        if (judged) await story(storyteller.story(scenario));
      });
      if (error?.code === 'ERR_DEVICE_LOST') {
        lost = error;
        await control.ask('phones/lost', { phone: phone.alias, error });
      }
      const finish = (failure: Failure | null) =>
        control.ask('scenarios/finish', { phone: phone.alias, error: failure });
      // The last reports go with it; where the run takes them for a mistake, the story is broken too.
      const { outcome } = await finish(error).catch((refused: unknown) =>
        finish(error ?? failureOf(refused)),
      );
      if (outcome.outcome === 'met' || outcome.outcome === 'bypassed-as-expected') return 'told';
      // Whatever becomes of it, the story ended as it did.
      if (lost === null) await bearWitness(parts, scenario).catch(() => undefined);
      throw new Error(`${scenario} on ${phone.alias}: ${JSON.stringify(outcome)}`);
    },
    async leave() {
      // What cannot be reached is left to the run, which tries once more and says so.
      if (stage === null || lost !== null) return;
      const { probe, requests } = await stage;
      stage = null;
      await requests.close();
      await probe.ask('reset', {});
      await lane.remove();
      await control.ask('phones/released', { phone: phone.alias });
    },
  };
}

async function bearWitness({ phone, lane, control }: TellerParts, scenario: string): Promise<void> {
  const witness = await lane.witness();
  if (witness.screenshot === null && witness.log === null) return;
  await control.ask('scenarios/witness', { phone: phone.alias, scenario, ...witness });
}

async function setStage({ phone, lane, control, secret }: TellerParts): Promise<Stage> {
  const { alias, platform } = phone;
  const requests = await startRequestHost();
  try {
    const client = createProbeClient(await lane.open(), {
      ...{ secret, requests, phone: alias },
      ...(lane.sleep === undefined ? {} : { sleep: lane.sleep }),
    });
    await client.hello();
    const probe = probeWords(client, {
      platform,
      measured: async (measurement) => {
        await control.report('measurements', { phone: alias, ...measurement });
      },
    });
    const facts = await probe.ask('facts', {});
    const attestation = await attestationOf(probe);
    const installed = await lane.installed();
    const readiness = { phone: alias, facts, attestation, installed };
    const { judged } = await control.ask('phones/ready', readiness);
    return { storyteller: createStoryteller(probe, control, alias), probe, requests, judged };
  } catch (error) {
    await requests.close();
    throw error;
  }
}

/** What the keystore attests of a key that is made for nothing else; null where it makes none. */
async function attestationOf(probe: ProbeWords): Promise<readonly string[] | null> {
  if (probe.platform === 'ios') return null;
  const alias = 'facts';
  const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url');
  try {
    const { attestationChain } = await probe.ask('key.generate', {
      ...{ alias, purpose: 'sign', algorithm: 'ec-p256', challenge },
      ladder: ['tee'],
      digests: ['sha256'],
    });
    await probe.ask('key.delete', { alias });
    return attestationChain ?? null;
  } catch (error) {
    // Such a phone has no such fact, which shows as drift where its class states one.
    if (error instanceof ProbeError) return null;
    throw error;
  }
}

const CHALLENGE_BYTES = 32;

async function attempt(act: () => Promise<void>): Promise<Failure | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

// The probe's own "no" where a story did not ask for one: nothing was judged, but nothing is lost.
function codeOf(error: unknown): string {
  if (error instanceof HarnessError) return error.code;
  if (error instanceof ProbeError) return `probe:${error.code}`;
  return error instanceof z.ZodError ? 'ERR_PROBE_PROTOCOL' : 'ERR_UNEXPECTED';
}
