import { join } from 'node:path';
import { z } from 'zod';
import type { InventoryPhone } from '../farm/inventory.js';
import { appIds } from '../farm/reference-values.js';
import type { Lab } from '../farm/lab.js';
import { newProbeSecret } from '../probe/index.js';
import { RUN_FILES } from '../report/record.js';
import {
  createLabPki,
  MemoryStore,
  type LabPki,
  type RelyingPartyOptions,
} from '../relying-party/index.js';
import { loadTrust, type TrustSet } from '../trust/index.js';
import { createSignatureMemo, createVerifier, type AppraisalPolicy } from '../verifier/index.js';
import { prepareAppiumHome } from '../virtual-lab/appium-home.js';
import { virtualPhoneSpecSchema, type PhoneSpec } from '../virtual-lab/phone-spec.js';
import { startJvmProbes, type JvmProbes } from '../virtual-lab/jvm/jvm-probes.js';
import type { JvmRuntime } from '../virtual-lab/jvm/jvm-protocol.js';
import type { KotlinBuild } from '../virtual-lab/jvm/kotlin-build.js';
import { startVirtualLab, type VirtualLab } from '../virtual-lab/virtual-lab.js';
import { startAppium, type AppiumServer } from './appium.js';
import { watchArrivals, type Arrivals } from './arrivals.js';
import { createBackends, type BackendParts, type Backends } from './backends.js';
import type { CertificateFault } from './client-certificates.js';
import { Closers } from './closers.js';
import { createInterceptors, interceptionSetup, type Interceptors } from './interception.js';
import { createProxies, type Proxies } from './proxies.js';
import type { Lever } from './levers.js';
import { openPlayIntegrity } from './play-integrity.js';
import type { RunFolder } from './run-folder.js';
import { virtualRevocation, withVirtualRoots } from './virtual-trust.js';
import { createWatches, type Watches } from './watches.js';
import type { Sabotage } from './sabotages/sabotage.js';

/** Everything that a run starts, and what it knows of it. */
export interface Stage {
  readonly virtualLab: VirtualLab | null;
  /** What runs the Kotlin probe of phones, by udid. */
  readonly runtimes: ReadonlyMap<string, JvmRuntime>;
  readonly appium: AppiumServer | null;
  /** The relying parties that stories meet. */
  readonly backends: Backends;
  readonly watches: Watches;
  readonly pki: LabPki;
  readonly interceptors: Interceptors;
  readonly proxies: Proxies;
  readonly arrivals: Arrivals;
  /** The fault that a story's client certificate really gets. */
  readonly clientFault: (asked: CertificateFault) => CertificateFault;
  /** What is really done to a phone; null for nothing. */
  readonly lever: (asked: Lever) => Lever | null;
  /** Whoever holds it commands the probes of this run. */
  readonly probeSecret: string;
  /** Ends everything, last started first. Idempotent. */
  close(): Promise<void>;
}

/** The inventory's virtual phones, checked by the virtual lab's own schema. */
export function virtualPhones(lab: Lab): readonly PhoneSpec[] {
  return lab.inventory.value.phones.flatMap((phone, index) => {
    if (phone.virtual === undefined) return [];
    const { udid, platform } = phone;
    const spec = virtualPhoneSpecSchema.safeParse({ ...phone.virtual, udid, platform });
    if (spec.success) return [spec.data];
    const reason = z.prettifyError(spec.error);
    throw lab.inventory.invalid(['phones', index, 'virtual'], reason);
  });
}

/** What a run's stage is set with. */
export interface StageParts {
  readonly lab: Lab;
  readonly policy: AppraisalPolicy;
  readonly folder: RunFolder;
  /** The Kotlin probe, for the virtual Android phones; null leaves them their model of it. */
  readonly kotlin: KotlinBuild | null;
  /** Through Appium; or straight into the virtual phones, and then no Appium is started. */
  readonly lane: Lane;
  readonly eventsFor: BackendParts['eventsFor'];
  /** Is told the trust set before anything is appraised with it. */
  readonly onTrust: (trust: TrustSet) => void;
  readonly sabotage: Sabotage | null;
}

/** How stories reach their phones. */
export type Lane = 'appium' | 'direct';

/** Starts what a run needs; a part that does not start takes the ones before it down again. */
export async function setStage(parts: StageParts): Promise<Stage> {
  const { lab, folder, sabotage, lane } = parts;
  const closers = new Closers();
  const close = (): Promise<void> => closers.closeAll();
  try {
    const stated = virtualPhones(lab);
    const specs = sabotage?.phones?.(stated) ?? stated;
    const jvms = parts.kotlin === null ? null : await startJvms(parts.kotlin, parts, specs);
    if (jvms !== null) closers.push(() => jvms.close());
    const virtualLab =
      specs.length === 0
        ? null
        : await startVirtualLab({
            phones: specs,
            timeScale: lab.timeScale,
            ...(jvms === null ? {} : { probe: (own) => jvms.program(own) }),
            ...(sabotage?.probe === undefined ? {} : { spoiling: sabotage.probe }),
          });
    if (virtualLab !== null) closers.push(() => virtualLab.close());
    const trust = runTrust(lab, virtualLab);
    parts.onTrust(trust);
    const arrivals = watchArrivals();
    const watches = createWatches(() => new Date());
    // Both to their end before anything else: a part that is still starting could not be ended.
    const [appiumStart, backendsStart, jvmsStart] = await Promise.allSettled([
      lane === 'direct' ? null : startManagedAppium({ lab, folder, virtualLab }),
      startBackends(parts, { trust, arrivals, watches, virtualLab }),
      jvms?.ready ?? new Map<string, JvmRuntime>(),
    ]);
    if (appiumStart.status === 'fulfilled') {
      closers.push(() => appiumStart.value?.close() ?? Promise.resolve());
    }
    if (backendsStart.status === 'fulfilled') {
      closers.push(() => backendsStart.value.backends.close());
    }
    const appium = started(appiumStart);
    const { backends, pki } = started(backendsStart);
    const runtimes = started(jvmsStart);
    const { enrolUrl, apiUrl } = (await backends.of('reference', ANY_PHONE)).relyingParty;
    const setup = interceptionSetup(pki, new Date());
    const interceptors = createInterceptors({
      setup: sabotage?.interception?.(setup) ?? setup,
      urls: { enrolment: enrolUrl, api: apiUrl },
      anchors: [pki.serverAnchor],
    });
    closers.push(() => interceptors.close());
    const proxies = createProxies({ anchors: [pki.serverAnchor] });
    closers.push(() => proxies.close());
    return {
      ...{ virtualLab, appium, backends, watches, pki, interceptors, proxies, arrivals, close },
      runtimes,
      clientFault: sabotage?.clientFault ?? ((asked) => asked),
      lever: sabotage?.lever ?? ((asked) => asked),
      probeSecret: newProbeSecret(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startJvms(
  build: KotlinBuild,
  { lab, folder }: StageParts,
  specs: readonly PhoneSpec[],
): Promise<JvmProbes> {
  const phones = specs.filter((spec) => spec.platform === 'android');
  const { phones: listed } = lab.inventory.value;
  const aliasOf = (udid: string) => listed.find((phone) => phone.udid === udid)?.alias ?? udid;
  const logFile = (udid: string) => folder.file(`jvm-${aliasOf(udid)}.log`);
  return startJvmProbes({ phones, build, logFile });
}

/** The reference is the same for all of them. */
const ANY_PHONE = '';

function started<Part>(start: PromiseSettledResult<Part>): Part {
  if (start.status === 'rejected') throw start.reason;
  return start.value;
}

async function startBackends(
  { lab, policy, sabotage, eventsFor }: StageParts,
  {
    trust,
    ...told
  }: {
    readonly trust: TrustSet;
    readonly arrivals: Arrivals;
    readonly watches: Watches;
    readonly virtualLab: VirtualLab | null;
  },
): Promise<{ readonly backends: Backends; readonly pki: LabPki }> {
  const { referenceValues, ports } = lab;
  const { rpId } = referenceValues.relyingParty;
  const pki = await createLabPki({ dnsName: rpId, now: new Date() });
  const backends = createBackends({
    trust,
    reference: {
      ...{ rpId, policy, pki },
      judge: createVerifier({ trust, memo: createSignatureMemo() }),
      store: new MemoryStore(),
      referenceValues: {
        packageNames: referenceValues.android.packages,
        signerDigests: referenceValues.android.signerDigests,
        appIds: appIds(referenceValues),
      },
      ports: { enrolment: ports.enrolment, api: ports.api },
      diagnostics: { lab: lab.name },
      ...decoderOf(lab, told.virtualLab),
    },
    watches: told.watches,
    eventsFor: (trustOf) => told.arrivals.watch(eventsFor(trustOf)),
    spoil: sabotage?.relyingParty ?? ((options) => options),
  });
  // The one that every story needs; a port that it cannot have ends the run before it begins.
  await backends.of('reference', ANY_PHONE);
  return { backends, pki };
}

// Google's decode call: as the virtual Google answers it, or as the lab has it made.
function decoderOf(
  lab: Lab,
  virtualLab: VirtualLab | null,
): Pick<RelyingPartyOptions, 'playIntegrityDecoder'> {
  if (virtualLab === null) {
    const { decoder } = openPlayIntegrity(lab.playIntegrity);
    return decoder === null ? {} : { playIntegrityDecoder: decoder };
  }
  const { play } = virtualLab;
  const decode = (token: string) => Promise.resolve(play.decodeIntegrityToken(token));
  return { playIntegrityDecoder: { decode } };
}

/** Starts the Appium server that the lab leaves to the run; null where it has another. */
export async function startManagedAppium(parts: {
  readonly lab: Lab;
  readonly folder: RunFolder;
  readonly virtualLab: VirtualLab | null;
}): Promise<AppiumServer | null> {
  const { lab, folder, virtualLab } = parts;
  if (!lab.inventory.value.phones.some(isManaged)) return null;
  const appiumHome = virtualLab === null ? null : join(lab.reportsFolder, '.appium-home');
  if (appiumHome !== null) await prepareAppiumHome(appiumHome);
  return startAppium({
    port: lab.ports.appium,
    logFile: folder.file(RUN_FILES.appiumLog),
    appiumHome,
    env: virtualLab === null ? {} : { ATTESTLAB_PHONE_HOST_TOKEN: virtualLab.host.token },
    cwd: folder.path,
  });
}

/** Whether the run itself starts the Appium server of a phone. */
export function isManaged(phone: InventoryPhone): boolean {
  return phone.appium === 'managed';
}

// The virtual lab's roots and its empty status list count only where all phones are virtual; an
// inventory with both kinds is refused when it is read.
function runTrust(lab: Lab, virtualLab: VirtualLab | null): TrustSet {
  const trust = loadTrust(lab.trustFolder);
  if (virtualLab === null) {
    const { keys } = openPlayIntegrity(lab.playIntegrity);
    return keys === null ? trust : { ...trust, playIntegrityKeys: keys };
  }
  if (lab.inventory.value.phones.some(({ virtual }) => virtual === undefined)) {
    throw new Error('a real phone would be judged by the roots of virtual ones');
  }
  const { trustAnchors, revocation, play } = virtualLab;
  return {
    ...withVirtualRoots(trust, trustAnchors),
    revocation: trust.revocation ?? virtualRevocation(revocation),
    playIntegrityKeys: play.keys,
  };
}
