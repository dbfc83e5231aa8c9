import type { ProbeTransport } from '../../probe/transport.js';
import { createProbeClient, newProbeSecret, type ProbeClient } from '../../probe/probe-client.js';
import { startRequestHost } from '../../probe/request-host.js';
import {
  androidProbe,
  appIdOf,
  appleProbe,
  encodeAppPackage,
  type AppPackage,
} from '../app-package.js';
import type { Program } from '../app-program.js';
import type { VirtualPhoneSpec } from '../phone-spec.js';
import type { VirtualPhone } from '../phone.js';
import type { ProbeSpoiling } from '../probe-app.js';
import { startVirtualLab, type VirtualLab } from '../virtual-lab.js';

/** A TEE-only Android phone. */
export const PIXEL = {
  udid: 'PIXEL',
  platform: 'android',
  model: 'Virtual Pixel',
  osVersion: '16',
  apiLevel: 36,
  hardware: { strongbox: false, tee: true },
  bootState: 'verified',
  locked: true,
} as const satisfies VirtualPhoneSpec;

/** An iPhone with a Secure Enclave. */
export const IPHONE = {
  udid: 'IPHONE',
  platform: 'ios',
  model: 'Virtual iPhone',
  osVersion: '26.1',
  hardware: { secureEnclave: true },
} as const satisfies VirtualPhoneSpec;

/** The probe for Android. */
export const ANDROID_PROBE = androidProbe({
  packageName: 'org.attestlab.probe',
  version: '1.0.0',
  versionCode: 1,
  signerDigests: ['ab'.repeat(32)],
});

/** The probe for iOS. */
export const IOS_PROBE = appleProbe({
  bundleId: 'org.attestlab.probe',
  version: '1.0.0',
  build: '1',
  teamId: 'ATTESTLAB0',
  environment: 'production',
});

/** A lab of one phone with the probe installed, and a client that needs no Appium. */
export interface TestLab {
  readonly lab: VirtualLab;
  readonly phone: VirtualPhone;
  readonly probe: ProbeClient;
  readonly transport: ProbeTransport;
  /** Another host's client, with a secret of its own. */
  readonly stranger: () => ProbeClient;
  readonly close: () => Promise<void>;
}

/** Starts one, its time standing still but for what it waits for. */
export async function startTestLab(
  spec: VirtualPhoneSpec,
  options: {
    readonly hosts?: Readonly<Record<string, string>>;
    readonly probe?: (own: Program) => Program;
    readonly spoiling?: ProbeSpoiling;
    readonly timeScale?: number;
    readonly commandTimeoutMs?: number;
    readonly screenTimeoutMs?: number;
  } = {},
): Promise<TestLab> {
  const { commandTimeoutMs = 5_000, screenTimeoutMs = 1_000, ...labOptions } = options;
  const lab = await startVirtualLab({ phones: [spec], timeScale: 0, ...labOptions });
  const requests = await startRequestHost();
  const phone = lab.phone(spec.udid);
  const app = probeFor(spec);
  phone.install(encodeAppPackage(app));
  const transport = directTransport(phone, appIdOf(app));
  const client = (): ProbeClient =>
    createProbeClient(transport, {
      secret: newProbeSecret(),
      requests,
      phone: spec.udid,
      commandTimeoutMs,
      screenTimeoutMs,
    });
  return {
    lab,
    phone,
    transport,
    probe: client(),
    stranger: client,
    async close() {
      await requests.close();
      await lab.close();
    },
  };
}

function probeFor(spec: VirtualPhoneSpec): AppPackage {
  return spec.platform === 'android' ? ANDROID_PROBE : IOS_PROBE;
}

/** The model itself as a transport. */
export function directTransport(phone: VirtualPhone, appId: string): ProbeTransport {
  const find = (id: string) => phone.screen().find(({ accessibilityId }) => accessibilityId === id);
  return {
    openDeepLink: (link) => {
      phone.openLink(link, appId);
      return Promise.resolve();
    },
    readText: (id) => Promise.resolve(find(id)?.text ?? null),
    tap: (id) => Promise.resolve(phone.tap(id)),
  };
}
