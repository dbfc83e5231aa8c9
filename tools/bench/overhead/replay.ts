import { setTimeout as delay } from 'node:timers/promises';
import { parseDeepLink, urlLink } from '../../../harness/probe/deep-link.js';
import type { RequestHost } from '../../../harness/probe/request-host.js';
import { answeredReads, showsAnswer } from './answered-read.js';
import { deepLinkOf, withLink } from './deep-link-command.js';
import type { RecordedCommand } from './recording.js';

/** What of a webdriverio browser replaying uses: the calls that the nightly makes. */
export interface ReplaySession {
  execute(script: string, ...args: unknown[]): Promise<unknown>;
  findElement(using: string, value: string): Promise<unknown>;
  getElementText(elementId: string): Promise<unknown>;
  elementClick(elementId: string): Promise<unknown>;
  isAppInstalled(appId: string): Promise<unknown>;
  installApp(path: string): Promise<unknown>;
  removeApp(appId: string): Promise<unknown>;
  activateApp(appId: string): Promise<unknown>;
  pullFile(path: string): Promise<unknown>;
}

type Requests = Pick<RequestHost, 'publish'>;

/**
 * Sends commands one after another. One that failed when it was recorded may fail again; any other
 * must not, since commands that Appium turns away at once would flatter.
 */
export async function replay(
  session: ReplaySession,
  commands: readonly RecordedCommand[],
  requests: Requests,
): Promise<void> {
  const awaited = answeredReads(commands);
  for (const [index, command] of commands.entries()) {
    try {
      const id = awaited[index] ?? null;
      let answer = await send(session, command, requests);
      while (id !== null && !showsAnswer(String(answer), id)) {
        await delay(PAUSE_MS);
        answer = await send(session, command, requests);
      }
    } catch (error) {
      if (command.done) throw error;
    }
  }
}

/** The nightly's own first pause. */
const PAUSE_MS = 10;

function send(
  session: ReplaySession,
  command: RecordedCommand,
  requests: Requests,
): Promise<unknown> {
  const { method, path, body } = command;
  const [, element, act] = /^\/element\/([^/]+)\/(text|click)$/.exec(path) ?? [];
  if (element !== undefined) {
    return act === 'text' ? session.getElementText(element) : session.elementClick(element);
  }
  const sent = Object(body) as Readonly<Record<string, string>>;
  const text = (name: string): string => sent[name] ?? '';
  switch (path) {
    case '/execute/sync':
      return execute(session, command, requests);
    case '/element':
      return session.findElement(text('using'), text('value'));
    case '/appium/device/app_installed':
      return session.isAppInstalled(text('appId'));
    case '/appium/device/install_app':
      return session.installApp(text('appPath'));
    case '/appium/device/remove_app':
      return session.removeApp(text('appId'));
    case '/appium/device/activate_app':
      return session.activateApp(text('appId'));
    case '/appium/device/pull_file':
      return session.pullFile(text('path'));
    default:
      throw new Error(`the benchmark cannot replay ${method} ${path}`);
  }
}

function execute(
  session: ReplaySession,
  { body, hosted }: RecordedCommand,
  requests: Requests,
): Promise<unknown> {
  const { script, args } = hostedAnew(body, hosted, requests);
  return session.execute(script, ...args);
}

/** The command as it was, but for a one-time URL: that one has been spent, so its request gets another. */
function hostedAnew(body: unknown, hosted: string | null, requests: Requests) {
  const command = deepLinkOf(body);
  const link = command === null ? null : parseDeepLink(command.url);
  if (command === null || link?.kind !== 'url' || hosted === null) {
    return body as { readonly script: string; readonly args: readonly unknown[] };
  }
  return withLink(command, urlLink(requests.publish(hosted), link.id));
}
