/// <reference types="@wdio/globals/types" />
import { browser } from '@wdio/globals';
import { z } from 'zod';
import { HarnessError } from '../errors.js';
import {
  createAppiumTransport,
  createProbeClient,
  ProbeError,
  startRequestHost,
  type AppiumSession,
  type RequestHost,
} from '../probe/index.js';
import { controlClientFromEnv, type ControlClient } from './control-client.js';
import { CONTROL_ENV } from './control-protocol.js';
import { installProbe, removeProbe } from './probe-app.js';
import { workerCapabilitiesSchema, type WorkerPhone } from './session-capabilities.js';
import { probeWords, type ProbeWords } from './story/probe-words.js';
import { createStoryteller, type Story, type Storyteller } from './story/story.js';

interface Stage {
  readonly phone: WorkerPhone;
  readonly control: ControlClient;
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

let stage: Promise<Stage> | null = null;
/** Set once the phone is gone: the stories after that are not told, and none can seem refused. */
let lost: Failure | null = null;

/**
 * Tells a story on this worker's phone and reports it to the run. Throws where its outcome is not
 * what was expected, so that the test runner shows the same as the run's own reports.
 */
export async function tell(
  scenario: string,
  story: (told: Story) => Promise<void>,
): Promise<'told' | 'not-planned'> {
  const { control, phone } = door();
  if (lost !== null) throw new Error(`${phone.alias} is gone: ${lost.message}`);
  const { planned } = await control.ask('scenarios/start', { phone: phone.alias, scenario });
  if (!planned) return 'not-planned';
  const error = await attempt(async () => {
    stage ??= setStage();
    const { judged, storyteller } = await stage;
    // Nothing is expected of such a phone, so nothing would be learnt; the run says why.
    if (judged) await story(storyteller.story(scenario));
  });
  if (error?.code === 'ERR_DEVICE_LOST') {
    lost = error;
    await control.ask('phones/lost', { phone: phone.alias, error });
  }
  const { outcome } = await control.ask('scenarios/finish', { phone: phone.alias, error });
  if (outcome.outcome === 'met' || outcome.outcome === 'bypassed-as-expected') return 'told';
  throw new Error(`${scenario} on ${phone.alias}: ${JSON.stringify(outcome)}`);
}

/** Gives the phone back as it was found: keys deleted, probe removed. */
export async function leave(): Promise<void> {
  // What cannot be reached is left to the run, which tries once more and says so.
  if (stage === null || lost !== null) return;
  const { control, phone, probe, requests } = await stage;
  stage = null;
  await requests.close();
  await probe.ask('reset', {});
  await removeProbe(browser, phone);
  await control.ask('phones/released', { phone: phone.alias });
}

// The first story installs the probe; where that fails, every story of the phone fails by it.
async function setStage(): Promise<Stage> {
  const { control, phone } = door();
  const { alias, platform } = phone;
  const secret = process.env[CONTROL_ENV.probeSecret];
  if (secret === undefined) throw new HarnessError('ERR_USAGE', 'the worker has no probe secret');
  const requests = await startRequestHost();
  const session: AppiumSession = browser;
  try {
    await installProbe(browser, phone);
    const client = createProbeClient(
      createAppiumTransport(session, { platform, app: phone.probe.app, phone: alias }),
      { secret, requests, phone: alias },
    );
    await client.hello();
    const probe = probeWords(client, {
      platform,
      measured: async (measurement) => {
        await control.ask('measurements', { phone: alias, ...measurement });
      },
    });
    const facts = await probe.ask('facts', {});
    const { judged } = await control.ask('phones/ready', { phone: alias, facts });
    const storyteller = createStoryteller(probe, control, alias);
    return { phone, control, storyteller, probe, requests, judged };
  } catch (error) {
    await requests.close();
    throw error;
  }
}

function door(): { readonly control: ControlClient; readonly phone: WorkerPhone } {
  const control = controlClientFromEnv(process.env);
  if (control === null) {
    throw new HarnessError('ERR_USAGE', 'scenarios run inside a run; start it with wdio.conf.ts');
  }
  const requested: unknown = browser.requestedCapabilities;
  return { control, phone: workerCapabilitiesSchema.parse(requested)['attestlab:phone'] };
}

async function attempt(act: () => Promise<void>): Promise<Failure | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

// The probe's own "no" where a story did not ask for one: nothing was judged, but nothing is lost.
function codeOf(error: unknown): string {
  if (error instanceof HarnessError) return error.code;
  if (error instanceof ProbeError) return `probe:${error.code}`;
  return error instanceof z.ZodError ? 'ERR_PROBE_PROTOCOL' : 'ERR_UNEXPECTED';
}
