import { describe, expect, it } from 'vitest';
import { createAppiumTransport, type AppiumSession } from './appium-transport.js';

const KEY = 'element-6066-11e4-a52e-4f735466cecf';
const probe = { platform: 'android', app: 'org.attestlab.probe', phone: 'pixel' } as const;

function session(change: Partial<AppiumSession>): AppiumSession {
  return {
    execute: () => Promise.resolve(null),
    findElement: () => Promise.resolve({ [KEY]: 'e1' }),
    getElementText: () => Promise.resolve('text'),
    elementClick: () => Promise.resolve(),
    ...change,
  };
}

describe('the Appium transport', () => {
  it.each([
    ['android', { package: 'org.attestlab.probe' }],
    ['ios', { bundleId: 'org.attestlab.probe' }],
  ] as const)('opens links in the probe of %s alone', async (platform, app) => {
    const calls: unknown[] = [];
    const execute = (...args: unknown[]) => {
      calls.push(args);
      return Promise.resolve(null);
    };
    const transport = createAppiumTransport(session({ execute }), { ...probe, platform });
    await transport.openDeepLink('attestlab-probe://v1?r=e30');
    expect(calls).toEqual([['mobile: deepLink', { url: 'attestlab-probe://v1?r=e30', ...app }]]);
  });

  it('reads and taps by accessibility id', async () => {
    const sought: string[] = [];
    const findElement = (...args: string[]) => {
      sought.push(args.join(' '));
      return Promise.resolve({ [KEY]: 'e1' });
    };
    const transport = createAppiumTransport(session({ findElement }), probe);
    expect(await transport.readText('attestlab.state')).toBe('text');
    expect(await transport.tap('attestlab.next')).toBe(true);
    expect(sought).toEqual(['accessibility id attestlab.state', 'accessibility id attestlab.next']);
  });

  it('looks an element up once, and again where it has gone since', async () => {
    const sought: string[] = [];
    let current = 'e1';
    const transport = createAppiumTransport(
      session({
        findElement: (_using, value) => {
          sought.push(value);
          return Promise.resolve({ [KEY]: current });
        },
        getElementText: (element) =>
          element === current
            ? Promise.resolve(element)
            : Promise.reject(new Error('stale element reference')),
      }),
      probe,
    );
    expect(await transport.readText('attestlab.state')).toBe('e1');
    expect(await transport.readText('attestlab.state')).toBe('e1');
    expect(sought).toHaveLength(1);
    current = 'e2';
    expect(await transport.readText('attestlab.state')).toBe('e2');
    expect(sought).toHaveLength(2);
  });

  it.each<[string, Partial<AppiumSession>]>([
    [
      'webdriverio returns that there is none',
      { findElement: () => Promise.resolve({ error: 'no such element' }) },
    ],
    ['it is thrown', { findElement: () => Promise.reject(new Error('no such element: x')) }],
    [
      'it went after it was found',
      {
        getElementText: () => Promise.reject(new Error('stale element reference')),
        elementClick: () => Promise.reject(new Error('stale element reference')),
      },
    ],
  ])('finds nothing, and loses nothing, where %s', async (_, change) => {
    const transport = createAppiumTransport(session(change), probe);
    expect(await transport.readText('attestlab.state')).toBeNull();
    expect(await transport.tap('attestlab.next')).toBe(false);
  });

  it('has lost the phone where Appium fails, and hides the link with its secret', async () => {
    const failing = () =>
      Promise.reject(
        new Error('socket hang up, args {"url":"attestlab-probe://v1?r=c2VjcmV0"} and more'),
      );
    const transport = createAppiumTransport(
      session({ execute: failing, findElement: failing }),
      probe,
    );
    const link = transport.openDeepLink('attestlab-probe://v1?r=c2VjcmV0');
    const error: unknown = await link.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_DEVICE_LOST' });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).toContain('pixel: opening a deep link failed: socket hang up');
    expect(String(error)).not.toContain('c2VjcmV0');
    await expect(transport.readText('attestlab.state')).rejects.toMatchObject({
      code: 'ERR_DEVICE_LOST',
    });
  });
});
