import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remote } from 'webdriverio';
import { createAppiumTransport } from '../probe/appium-transport.js';
import { createProbeClient, newProbeSecret } from '../probe/probe-client.js';
import { startRequestHost, type RequestHost } from '../probe/request-host.js';
import { productRoot } from '../product.js';
import { witnessOf } from '../run/session-witness.js';
import { encodeAppPackage } from './app-package.js';
import { prepareAppiumHome, VIRTUAL_AUTOMATION_NAME, VIRTUAL_DRIVER_NAME } from './appium-home.js';
import { PHONE_HOST_TOKEN_ENV } from './phone-host-protocol.js';
import { ANDROID_PROBE, IOS_PROBE, IPHONE, PIXEL } from './testing/lab.js';
import { startVirtualLab, type VirtualLab } from './virtual-lab.js';

const built = join(productRoot, 'dist/harness/virtual-lab/appium-driver/index.js');

// Appium loads the driver as users have it: compiled.
describe.skipIf(!existsSync(built))('a virtual phone behind a real Appium server (built)', () => {
  let folder: string;
  let lab: VirtualLab;
  let requests: RequestHost;
  let appium: ChildProcess;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlab-appium-'));
    lab = await startVirtualLab({ phones: [PIXEL, IPHONE], timeScale: 0 });
    requests = await startRequestHost();
    await prepareAppiumHome(folder);
    // As the home of a second run is: already there.
    await prepareAppiumHome(folder);
    [appium, port] = await startAppium(folder, lab.host.token);
  }, 60_000);

  afterAll(async () => {
    appium.kill();
    await lab.close();
    await requests.close();
    await rm(folder, { recursive: true });
  });

  const open = (spec: { readonly udid: string; readonly platform: string }, app?: string) =>
    remote({
      hostname: '127.0.0.1',
      port,
      logLevel: 'silent',
      connectionRetryCount: 0,
      capabilities: {
        platformName: spec.platform === 'ios' ? 'iOS' : 'Android',
        'appium:automationName': VIRTUAL_AUTOMATION_NAME,
        'appium:udid': spec.udid,
        'wdio:enforceWebDriverClassic': true,
        ...(app === undefined ? {} : { 'appium:app': app }),
        ...{ 'attestlab:phoneHost': lab.host.url },
      },
    });

  it('installs the probe, greets it and makes a key', async () => {
    const file = join(folder, 'probe.json');
    await writeFile(file, encodeAppPackage(ANDROID_PROBE));
    const browser = await open(PIXEL);
    try {
      const app = ANDROID_PROBE.packageName;
      expect(await browser.isAppInstalled(app)).toBe(false);
      await browser.installApp(file);
      expect(await browser.isAppInstalled(app)).toBe(true);
      const paths: unknown = await browser.execute('mobile: shell', {
        ...{ command: 'pm', args: ['path', app] },
      });
      expect(paths).toBe(`package:/data/app/${app}/base.apk\n`);
      const packed = await browser.pullFile(`/data/app/${app}/base.apk`);
      expect(Buffer.from(packed, 'base64')).toEqual(Buffer.from(encodeAppPackage(ANDROID_PROBE)));
      await expect(browser.execute('mobile: shell', { command: 'id' })).rejects.toThrow(/no such/);
      const transport = createAppiumTransport(browser, {
        platform: 'android',
        app,
        phone: 'pixel',
      });
      const secret = newProbeSecret();
      const probe = createProbeClient(transport, { secret, requests, phone: 'pixel' });
      expect(await probe.hello()).toMatchObject({ version: 1, platform: 'android' });
      const { result } = await probe.call('key.generate', {
        alias: 'tls',
        purpose: 'tls',
        algorithm: 'ec-p256',
        ladder: ['strongbox', 'tee'],
        digests: ['none', 'sha256'],
        challenge: 'A'.repeat(43),
      });
      expect(result.level).toBe('tee');
      expect(result.attestationChain).toHaveLength(4);
      // Too long for a link, so it goes by a one-time URL.
      const chain = result.attestationChain ?? [];
      await probe.call('certificate.install', { alias: 'tls', chain });
      expect(await browser.queryAppState(app)).toBe(4);
      await browser.terminateApp(app);
      expect(await browser.queryAppState(app)).toBe(1);
      await browser.removeApp(app);
      expect(await browser.queryAppState(app)).toBe(0);
    } finally {
      await browser.deleteSession();
    }
  }, 30_000);

  it('installs the app of the capabilities, and takes files', async () => {
    const file = join(folder, 'probe-ios.json');
    await writeFile(file, encodeAppPackage(IOS_PROBE));
    const browser = await open(IPHONE, file);
    try {
      expect(await browser.queryAppState(undefined, IOS_PROBE.bundleId)).toBe(1);
      expect(await browser.execute('mobile: listApps', {})).toMatchObject({
        [IOS_PROBE.bundleId]: {
          Entitlements: { 'com.apple.developer.team-identifier': IOS_PROBE.teamId },
        },
      });
      await browser.pushFile('/a', Buffer.from('text').toString('base64'));
      expect(Buffer.from(await browser.pullFile('/a'), 'base64').toString()).toBe('text');
      const { log } = await witnessOf(browser, 'ios');
      expect(log).toContain(`${IOS_PROBE.bundleId}: installed`);
      expect((await witnessOf(browser, 'ios')).log).toBe('');
    } finally {
      await browser.deleteSession();
    }
  }, 30_000);

  it('loses the phone, and its link’s secret never reaches the message', async () => {
    const browser = await open(PIXEL);
    const probe = { platform: 'android', app: ANDROID_PROBE.packageName, phone: 'pixel' } as const;
    const transport = createAppiumTransport(browser, probe);
    lab.phone('PIXEL').faults.switchOn('offline');
    try {
      const error = await transport.openDeepLink('attestlab-probe://v1?r=c2VjcmV0').catch(String);
      expect(error).toContain('PIXEL is not connected');
      expect(error).not.toContain('c2VjcmV0');
      await expect(transport.readText('attestlab.state')).rejects.toMatchObject({
        code: 'ERR_DEVICE_LOST',
      });
    } finally {
      lab.phone('PIXEL').faults.switchOff('offline');
      await browser.deleteSession();
    }
  }, 30_000);

  it('opens no session with a phone that is not there, or of the other platform', async () => {
    await expect(open({ udid: 'NOBODY', platform: 'android' })).rejects.toThrow(/not-found/);
    await expect(open({ udid: 'PIXEL', platform: 'ios' })).rejects.toThrow(/platform android/);
  }, 30_000);
});

const SERVER = `
  import { main } from '${import.meta.resolve('appium')}';
  const [port, appiumHome, driver] = process.argv.slice(2);
  await main({ port: Number(port), address: '127.0.0.1', loglevel: 'error', appiumHome,
    useDrivers: [driver], throwInsteadOfExit: true });
  process.send('listening');
`;

async function startAppium(home: string, token: string): Promise<[ChildProcess, number]> {
  const file = join(home, 'server.mjs');
  await writeFile(file, SERVER);
  const freePort = await findFreePort();
  const child = fork(file, [String(freePort), home, VIRTUAL_DRIVER_NAME], {
    env: { ...process.env, [PHONE_HOST_TOKEN_ENV]: token },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      resolve();
    });
    child.once('exit', () => {
      reject(new Error(`Appium ended:\n${printed}`));
    });
  });
  return [child, freePort];
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
