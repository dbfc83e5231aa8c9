import { BaseDriver, errors, W3C_ELEMENT_KEY } from '@appium/base-driver';
import { readFile } from 'node:fs/promises';
import { PhoneHostError, remotePhone, type RemotePhone } from '../phone-host-client.js';
import {
  PHONE_HOST_TOKEN_ENV,
  type PhoneAction,
  type PhoneAnswer,
  type PhoneRequest,
} from '../phone-host-protocol.js';

const CONSTRAINTS = {
  platformName: { presence: true, isString: true, inclusionCaseInsensitive: ['Android', 'iOS'] },
  udid: { presence: true, isString: true },
  'attestlab:phoneHost': { presence: true, isString: true },
  app: { isString: true },
} as const;

type Constraints = typeof CONSTRAINTS;
type SessionCapabilities = BaseDriver<Constraints>['originalCaps'];
type SessionMade = [sessionId: string, capabilities: BaseDriver<Constraints>['caps']];
interface Element {
  readonly [W3C_ELEMENT_KEY]: string;
}

/** Codes of an app's states, as Appium's clients know them. */
const APP_STATES = {
  'not-installed': 0,
  'not-running': 1,
  background: 3,
  foreground: 4,
} as const;

/**
 * Appium driver for virtual phones: a face that turns commands into questions to the phone host, and
 * holds no behaviour. The phone host is named by the capability `attestlab:phoneHost`, its token by
 * an environment variable, since capabilities are logged.
 */
export class VirtualDriver extends BaseDriver<Constraints> {
  static readonly executeMethodMap = {
    'mobile: deepLink': {
      command: 'openDeepLink',
      params: { required: ['url'], optional: ['package', 'bundleId', 'waitForLaunch'] },
    },
    'mobile: installApp': {
      command: 'installApp',
      params: { required: [], optional: ['appPath', 'app'] },
    },
    'mobile: shell': {
      command: 'shell',
      params: { required: ['command'], optional: ['args'] },
    },
    'mobile: listApps': {
      command: 'listApps',
      params: { required: [], optional: ['applicationType'] },
    },
    'mobile: queryAppState': {
      command: 'queryAppState',
      params: { required: [], optional: ['appId', 'bundleId'] },
    },
  } as const;

  override desiredCapConstraints = CONSTRAINTS;
  override locatorStrategies = ['accessibility id'];
  override supportedLogTypes = {
    logcat: { description: 'log of an Android phone', getter: () => this.#logLines() },
    syslog: { description: 'log of an iPhone', getter: () => this.#logLines() },
  };
  #phone: RemotePhone | null = null;

  override async createSession(capabilities: SessionCapabilities): Promise<SessionMade> {
    const session = await super.createSession(capabilities);
    try {
      await this.#connect();
      if (this.opts.app !== undefined) await this.installApp(this.opts.app);
      return session;
    } catch (error) {
      await this.deleteSession();
      throw error;
    }
  }

  override async deleteSession(sessionId?: string | null): Promise<void> {
    this.#phone = null;
    await super.deleteSession(sessionId);
  }

  override async findElOrEls(
    _strategy: string,
    selector: string,
    mult: boolean,
  ): Promise<Element & Element[]> {
    const { elements } = await this.#ask('screen', {});
    const found = elements
      .filter(({ accessibilityId }) => accessibilityId === selector)
      .map(({ accessibilityId }) => elementOf(accessibilityId));
    const [first] = found;
    if (first === undefined && !mult) throw new errors.NoSuchElementError();
    // Appium's own signature promises both at once; each caller uses the one it asked for.
    return (mult ? found : first) as Element & Element[];
  }

  async getText(elementId: string): Promise<string> {
    const { elements } = await this.#ask('screen', {});
    const wanted = accessibilityIdOf(elementId);
    const found = elements.find(({ accessibilityId }) => accessibilityId === wanted);
    if (found === undefined) throw new errors.StaleElementReferenceError();
    return found.text;
  }

  async click(elementId: string): Promise<void> {
    const accessibilityId = accessibilityIdOf(elementId);
    const { tapped } = await this.#ask('tap', { accessibilityId });
    if (!tapped) throw new errors.StaleElementReferenceError();
  }

  async execute(script: string, args: unknown[]): Promise<unknown> {
    const [named] = args;
    return this.executeMethod(script.replace(/^mobile:\s*/, 'mobile: '), [named ?? {}]);
  }

  async openDeepLink(link: string, packageName?: string, bundleId?: string): Promise<void> {
    const app = packageName ?? bundleId ?? null;
    const { opened } = await this.#ask('open-link', { link, app });
    if (!opened) throw new errors.InvalidArgumentError(`no app takes the link: ${app ?? 'any'}`);
  }

  async installApp(appPath?: string, app?: unknown): Promise<void> {
    const path = appPath ?? (typeof app === 'string' ? app : undefined);
    if (path === undefined) throw new errors.InvalidArgumentError('which app?');
    const file = await readFile(path).catch((error: unknown) => {
      throw new errors.InvalidArgumentError(`the app cannot be read: ${String(error)}`);
    });
    await this.#ask('install', { file: file.toString('base64') });
  }

  async removeApp(appId?: string, bundleId?: string): Promise<boolean> {
    return (await this.#ask('remove', { app: named(appId, bundleId) })).removed;
  }

  async isAppInstalled(appId?: string, bundleId?: string): Promise<boolean> {
    const { state } = await this.#ask('state', { app: named(appId, bundleId) });
    return state !== 'not-installed';
  }

  async queryAppState(appId?: string, bundleId?: string): Promise<number> {
    const { state } = await this.#ask('state', { app: named(appId, bundleId) });
    return APP_STATES[state];
  }

  async activateApp(appId?: string, bundleId?: string): Promise<void> {
    const app = named(appId, bundleId);
    const { launched } = await this.#ask('launch', { app });
    if (!launched) throw new errors.InvalidArgumentError(`${app} is not installed`);
  }

  async terminateApp(appId?: string, bundleId?: string): Promise<boolean> {
    return (await this.#ask('terminate', { app: named(appId, bundleId) })).ended;
  }

  async pushFile(path: string, base64: string): Promise<void> {
    await this.#ask('push-file', { path, file: base64 });
  }

  async pullFile(path: string): Promise<string> {
    const { file } = await this.#ask('pull-file', { path });
    if (file === null) throw new errors.InvalidArgumentError(`no file ${path}`);
    return file;
  }

  async shell(command: string, args: readonly string[] = []): Promise<string> {
    const { output } = await this.#ask('shell', { command, args });
    if (output === null) {
      throw new errors.InvalidArgumentError(`no such command: ${[command, ...args].join(' ')}`);
    }
    return output;
  }

  async listApps(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#ask('list-apps', {})).apps;
  }

  async getDeviceTime(): Promise<string> {
    return (await this.#ask('clock', {})).now;
  }

  async #logLines(): Promise<readonly object[]> {
    const { lines } = await this.#ask('log', {});
    return lines.map(({ atMs, text }) => ({ timestamp: atMs, level: 'INFO', message: text }));
  }

  async #connect(): Promise<void> {
    const token = process.env[PHONE_HOST_TOKEN_ENV];
    if (token === undefined) {
      throw new errors.SessionNotCreatedError(`${PHONE_HOST_TOKEN_ENV} is not set for Appium`);
    }
    const { 'attestlab:phoneHost': hostUrl, udid, platformName } = this.opts;
    this.#phone = remotePhone({ hostUrl, token, udid });
    const { platform } = await this.#ask('describe', {});
    if (platform !== platformName.toLowerCase()) {
      throw new errors.SessionNotCreatedError(`${udid} is a phone of platform ${platform}`);
    }
  }

  async #ask<Action extends PhoneAction>(
    action: Action,
    request: PhoneRequest<Action>,
  ): Promise<PhoneAnswer<Action>> {
    if (this.#phone === null) throw new errors.NoSuchDriverError();
    try {
      return await this.#phone.do(action, request);
    } catch (error) {
      if (!(error instanceof PhoneHostError)) throw error;
      throw new errors.UnknownError(`virtual phone: ${error.code}: ${error.message}`);
    }
  }
}

function named(appId?: string, bundleId?: string): string {
  const app = appId ?? bundleId;
  if (app === undefined) throw new errors.InvalidArgumentError('which app?');
  return app;
}

// An element's id is its accessibility id, so that it is good for as long as the screen has one.
function elementOf(accessibilityId: string): Element {
  return { [W3C_ELEMENT_KEY]: Buffer.from(accessibilityId).toString('base64url') };
}

function accessibilityIdOf(elementId: string): string {
  return Buffer.from(elementId, 'base64url').toString();
}
