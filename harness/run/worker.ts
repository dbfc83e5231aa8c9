/// <reference types="@wdio/globals/types" />
import { browser } from '@wdio/globals';
import { HarnessError } from '../errors.js';
import { createAppiumTransport, type AppiumSession } from '../probe/index.js';
import { controlClientFromEnv } from './control-client.js';
import { CONTROL_ENV } from './control-protocol.js';
import { readInstalledProbe } from './installed-probe.js';
import { installProbe, removeProbe } from './probe-app.js';
import { workerCapabilitiesSchema, type WorkerPhone } from './session-capabilities.js';
import type { Story } from './story/story.js';
import { witnessOf } from './session-witness.js';
import { createTeller, type PhoneLane, type Teller } from './teller.js';

let teller: Teller | null = null;

/** Tells a story on this worker's phone and reports it to the run; see `Teller.tell`. */
export function tell(
  scenario: string,
  story: (told: Story) => Promise<void>,
): Promise<'told' | 'not-planned'> {
  teller ??= tellerOfWorker();
  return teller.tell(scenario, story);
}

/** Gives the phone back as it was found. */
export async function leave(): Promise<void> {
  await teller?.leave();
}

function tellerOfWorker(): Teller {
  const control = controlClientFromEnv(process.env);
  const secret = process.env[CONTROL_ENV.probeSecret];
  if (control === null || secret === undefined) {
    throw new HarnessError('ERR_USAGE', 'scenarios run inside a run; start it with wdio.conf.ts');
  }
  const requested: unknown = browser.requestedCapabilities;
  const phone = workerCapabilitiesSchema.parse(requested)['attestlab:phone'];
  return createTeller({ phone, control, secret, lane: appiumLane(phone) });
}

function appiumLane(phone: WorkerPhone): PhoneLane {
  const { alias, platform, probe } = phone;
  const session: AppiumSession = browser;
  return {
    async open() {
      await installProbe(browser, phone);
      return createAppiumTransport(session, { platform, app: probe.app, phone: alias });
    },
    installed: () => readInstalledProbe(browser, phone),
    remove: () => removeProbe(browser, phone),
    witness: () => witnessOf(browser, platform),
  };
}
