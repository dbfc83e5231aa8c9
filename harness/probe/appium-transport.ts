import { HarnessError } from '../errors.js';
import type { ProbeTransport } from './transport.js';

/** What of a webdriverio browser the transport uses. */
export interface AppiumSession {
  execute(script: string, args: object): Promise<unknown>;
  findElement(using: string, value: string): Promise<unknown>;
  getElementText(elementId: string): Promise<string>;
  elementClick(elementId: string): Promise<void>;
}

/** Which app on which phone a transport talks to. */
export interface AppiumProbe {
  readonly platform: 'android' | 'ios';
  /** Package name, or bundle id. */
  readonly app: string;
  /** The phone's name in messages. */
  readonly phone: string;
}

const W3C_ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';

/** A transport over an Appium session: UiAutomator2, XCUITest and the virtual lab's driver alike. */
export function createAppiumTransport(session: AppiumSession, probe: AppiumProbe): ProbeTransport {
  const lost = (doing: string, cause: unknown): HarnessError => {
    const message = `${probe.phone}: ${doing} failed: ${withoutLinks(cause)}`;
    // The original error is not passed on: webdriverio puts the link, and so the secret, into it.
    return new HarnessError('ERR_DEVICE_LOST', message);
  };

  const find = async (id: string): Promise<string | null> => {
    try {
      return elementOf(await session.findElement('accessibility id', id));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw lost(`looking for ${id}`, error);
    }
  };

  // The probe keeps its few elements, and looking one up is what costs most on a real phone.
  const known = new Map<string, string>();

  // An element can go between finding and using it, when the probe redraws its screen.
  const use = async <T>(id: string, act: (element: string) => Promise<T>): Promise<T | null> => {
    const before = known.get(id);
    const element = before ?? (await find(id));
    if (element === null) return null;
    try {
      const answer = await act(element);
      known.set(id, element);
      return answer;
    } catch (error) {
      if (!isAbsent(error)) throw lost(`using ${id}`, error);
      known.delete(id);
      return before === undefined ? null : use(id, act);
    }
  };

  return {
    async openDeepLink(link) {
      const app = probe.platform === 'android' ? { package: probe.app } : { bundleId: probe.app };
      try {
        await session.execute('mobile: deepLink', { url: link, ...app });
      } catch (error) {
        throw lost('opening a deep link', error);
      }
    },
    readText: (id) => use(id, (element) => session.getElementText(element)),
    async tap(id) {
      const tapped = await use(id, async (element) => {
        await session.elementClick(element);
        return true;
      });
      return tapped ?? false;
    },
  };
}

// webdriverio returns "no such element" as a value with the error's name in it.
function elementOf(found: unknown): string | null {
  if (typeof found !== 'object' || found === null) return null;
  const id: unknown = Reflect.get(found, W3C_ELEMENT_KEY);
  return typeof id === 'string' ? id : null;
}

function isAbsent(error: unknown): boolean {
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  return /no such element|stale element/i.test(text);
}

function withoutLinks(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/(attestlab-probe:\/\/v1\?[ru]=)[^"'\s\\]+/g, '$1(hidden)');
}
