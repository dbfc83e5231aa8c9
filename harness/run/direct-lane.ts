import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { toBase64 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { ProbeTransport } from '../probe/index.js';
import { appListing, packageShell } from '../virtual-lab/package-listing.js';
import type { VirtualPhone } from '../virtual-lab/phone.js';
import type { ControlHandlers } from './control-api.js';
import type { ControlClient } from './control-client.js';
import {
  CONTROL_ROUTES,
  type ControlAnswer,
  type ControlRequest,
  type ControlRoute,
} from './control-protocol.js';
import type { FinishedRun } from './finish-run.js';
import { readInstalledProbe, type PackageSession } from './installed-probe.js';
import { startRun, type Run, type RunOptions } from './run.js';
import { taleOf } from './scenario.js';
import type { WorkerPhone } from './session-capabilities.js';
import { logText } from './witness.js';
import { createTeller, type PhoneLane } from './teller.js';

/** What a run in this process is started with. */
export interface DirectRunOptions extends Omit<RunOptions, 'lane'> {
  /** Is given the run before its first story, by code that tests what can befall one. */
  readonly onStarted?: (run: Run) => void;
}

/**
 * Runs a lab of virtual phones in this process: the same stories, probes, relying parties, judgement
 * and records as in a night, and neither Appium nor a test runner in between. It is for testing the
 * harness itself, where what lies in between is not what is being tested.
 */
export async function conductDirectly(options: DirectRunOptions): Promise<FinishedRun> {
  const { onStarted, ...started } = options;
  const run = await startRun({ ...started, lane: 'direct' });
  onStarted?.(run);
  // Each to its end: a phone that breaks must not take its neighbours' stories away.
  const told = await Promise.allSettled(
    run.settings.phones.map(({ alias }) => tellAll(run, alias)),
  );
  const errors = told.flatMap((one) =>
    one.status === 'fulfilled'
      ? []
      : [one.reason instanceof Error ? one.reason : new Error(String(one.reason))],
  );
  return run.finish({ cancelled: false, errors });
}

async function tellAll(run: Run, alias: string): Promise<void> {
  const phone = run.workers.get(alias);
  const udid: unknown = run.settings.phones.find((one) => one.alias === alias)?.capabilities[
    'appium:udid'
  ];
  if (phone === undefined || typeof udid !== 'string' || run.stage.virtualLab === null) {
    throw new HarnessError('ERR_USAGE', `${alias} is no virtual phone: only Appium leads to it`);
  }
  const teller = createTeller({
    phone,
    control: localControl(run.handlers),
    secret: run.stage.probeSecret,
    lane: directLane(run.stage.virtualLab.phone(udid), phone),
  });
  const specs = new Set(run.settings.specs);
  for (const { id } of run.scenarios.filter(({ file }) => specs.has(file))) {
    // An outcome that was not expected is in the journal, where whoever runs this looks for it.
    await teller.tell(id, taleOf(id)).catch(() => undefined);
  }
  await teller.leave();
}

function localControl(handlers: ControlHandlers): ControlClient {
  const ask: ControlClient['ask'] = async <Route extends ControlRoute>(
    route: Route,
    request: ControlRequest<Route>,
  ) => {
    const parsed: unknown = CONTROL_ROUTES[route].request.parse(request);
    // The table pairs each schema with its handler's argument; a union over the routes loses that.
    const handler = handlers[route] as (asked: never) => Promise<ControlAnswer<Route>>;
    return await handler(parsed as never);
  };
  return {
    ask,
    async report(route, request) {
      await ask(route, request);
    },
  };
}

function directLane(virtual: VirtualPhone, phone: WorkerPhone): PhoneLane {
  const { alias, probe } = phone;
  const reachable = (): void => {
    if (!virtual.faults.has('offline')) return;
    throw new HarnessError('ERR_DEVICE_LOST', `${alias} is not connected`);
  };
  return {
    open() {
      reachable();
      if (probe.install === null) throw new Error('virtual phones are given their probe');
      virtual.remove(probe.app);
      virtual.install(readFileSync(probe.install));
      virtual.launch(probe.app);
      return Promise.resolve(transportOf(virtual, probe.app, reachable));
    },
    installed() {
      reachable();
      return readInstalledProbe(packageSession(virtual), phone);
    },
    remove() {
      reachable();
      virtual.remove(probe.app);
      return Promise.resolve();
    },
    witness() {
      return Promise.resolve({ screenshot: null, log: logText(virtual.log.take()) });
    },
    // What the probe waits for happens in this very process: there is no server to be spared.
    sleep: () => delay(1),
  };
}

/** What an Appium session would ask the model, asked without one. */
function packageSession({ apps, files }: VirtualPhone): PackageSession {
  return {
    execute: (script, { command, args }) =>
      Promise.resolve(
        script === 'mobile: shell'
          ? packageShell(apps, command ?? '', args ?? [])
          : appListing(apps),
      ),
    pullFile: (path) => Promise.resolve(toBase64(files.get(path) ?? new Uint8Array())),
  };
}

function transportOf(virtual: VirtualPhone, app: string, reachable: () => void): ProbeTransport {
  const textOf = (id: string): string | null =>
    virtual.screen().find(({ accessibilityId }) => accessibilityId === id)?.text ?? null;
  return {
    openDeepLink(link) {
      reachable();
      virtual.openLink(link, app);
      return Promise.resolve();
    },
    readText(id) {
      reachable();
      return Promise.resolve(textOf(id));
    },
    tap(id) {
      reachable();
      return Promise.resolve(virtual.tap(id));
    },
  };
}
