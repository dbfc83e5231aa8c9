import { z } from 'zod';
import type { InventoryPhone } from '../farm/inventory.js';
import type { RunRecord } from '../report/record.js';
import type { Lane, Stage } from './compose.js';
import type { CollectedScenario } from './scenario.js';
import {
  sessionCapabilities,
  sessionCapabilitiesSchema,
  type WorkerPhone,
} from './session-capabilities.js';

/** What the test runner and its workers need to know of the run that they belong to. */
export const wdioSettingsSchema = z
  .strictObject({
    phones: z
      .array(
        z
          .strictObject({
            alias: z.string(),
            hostname: z.string(),
            port: z.number().int(),
            path: z.string(),
            protocol: z.enum(['http', 'https']),
            capabilities: sessionCapabilitiesSchema,
          })
          .readonly(),
      )
      .readonly(),
    /** Scenario files in the order in which each phone runs them. */
    specs: z.array(z.string()).readonly(),
    scenarioTimeoutMs: z.number().int().positive(),
  })
  .readonly();

/** What the test runner needs to know of a run. */
export type WdioSettings = z.infer<typeof wdioSettingsSchema>;

/** Longest time that one scenario may take on a phone. */
const SCENARIO_TIMEOUT_MS = 120_000;

/** The settings of a run whose parts stand. */
export function settingsFor(run: {
  readonly phones: readonly InventoryPhone[];
  readonly workers: ReadonlyMap<string, WorkerPhone>;
  readonly stage: Pick<Stage, 'appium' | 'virtualLab'>;
  readonly plan: RunRecord['plan'];
  readonly scenarios: readonly CollectedScenario[];
  readonly lane: Lane;
}): WdioSettings {
  const { stage, plan, workers } = run;
  const planned = new Set(plan.jobs.map(({ scenarioId }) => scenarioId));
  const specs = run.scenarios.filter(({ id }) => planned.has(id)).map(({ file }) => file);
  const phones = run.phones.flatMap((phone) => {
    const worker = workers.get(phone.alias);
    if (worker === undefined || !plan.jobs.some((job) => job.phoneAlias === phone.alias)) return [];
    const capabilities = sessionCapabilities(phone, worker, stage.virtualLab?.host ?? null);
    const connection = run.lane === 'direct' ? NO_CONNECTION : connectionOf(phone, stage);
    return [{ alias: phone.alias, ...connection, capabilities }];
  });
  return { phones, specs: [...new Set(specs)], scenarioTimeoutMs: SCENARIO_TIMEOUT_MS };
}

/** Nobody connects to a phone of this very process. */
const NO_CONNECTION = { hostname: '', port: 0, path: '/', protocol: 'http' } as const;

/** Where the Appium server of a phone listens. */
export function connectionOf(phone: InventoryPhone, { appium }: Pick<Stage, 'appium'>) {
  if (phone.appium === 'managed') {
    if (appium === null) throw new Error('a managed phone without an Appium server');
    const { hostname, port } = appium;
    return { hostname, port, path: '/', protocol: 'http' as const };
  }
  const { protocol, hostname, port, pathname } = new URL(phone.appium);
  const scheme = protocol === 'https:' ? ('https' as const) : ('http' as const);
  const usual = scheme === 'https' ? 443 : 80;
  return { hostname, port: port === '' ? usual : Number(port), path: pathname, protocol: scheme };
}

const SETTINGS_ENV = 'ATTESTLAB_WDIO_SETTINGS';

/** Puts the settings where the test runner and its workers find them. */
export function wdioSettingsEnv(settings: WdioSettings): Readonly<Record<string, string>> {
  return { [SETTINGS_ENV]: JSON.stringify(settings) };
}

/** The settings that a run has left for this process, or null where no run is on. */
export function wdioSettingsFromEnv(env: NodeJS.ProcessEnv): WdioSettings | null {
  const text = env[SETTINGS_ENV];
  return text === undefined ? null : wdioSettingsSchema.parse(JSON.parse(text));
}
