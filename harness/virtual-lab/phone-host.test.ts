import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../encoding/bytes.js';
import { encodeAppPackage } from './app-package.js';
import { PhoneHostError, remotePhone, type RemotePhone } from './phone-host-client.js';
import { ANDROID_PROBE, IOS_PROBE, PIXEL } from './testing/lab.js';
import { startVirtualLab, type VirtualLab } from './virtual-lab.js';

let lab: VirtualLab;
let phone: RemotePhone;

beforeAll(async () => {
  lab = await startVirtualLab({ phones: [PIXEL], timeScale: 0 });
  const { url: hostUrl, token } = lab.host;
  phone = remotePhone({ hostUrl, token, udid: 'PIXEL' });
});

afterAll(() => lab.close());

async function code(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  return error instanceof PhoneHostError ? error.code : `not refused: ${String(error)}`;
}

describe('the phone host', () => {
  it('lets a face do what the model does', async () => {
    const app = ANDROID_PROBE.packageName;
    const file = toBase64(encodeAppPackage(ANDROID_PROBE));
    expect(await phone.do('describe', {})).toMatchObject({ udid: 'PIXEL', platform: 'android' });
    expect(await phone.do('install', { file })).toEqual({ app });
    expect(await phone.do('launch', { app })).toEqual({ launched: true });
    const { elements } = await phone.do('screen', {});
    expect(elements.map(({ accessibilityId }) => accessibilityId)).toEqual([
      'attestlab.state',
      'attestlab.page',
      'attestlab.next',
    ]);
    expect(await phone.do('tap', { accessibilityId: 'attestlab.next' })).toEqual({ tapped: true });
    await phone.do('push-file', { path: '/a', file: toBase64(utf8('text')) });
    expect(await phone.do('pull-file', { path: '/a' })).toEqual({ file: toBase64(utf8('text')) });
    expect(await phone.do('pull-file', { path: '/b' })).toEqual({ file: null });
    await phone.do('set-clock', { offsetMs: 3_600_000 });
    const { now } = await phone.do('clock', {});
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(3_500_000);
    expect(await phone.do('terminate', { app })).toEqual({ ended: true });
    expect(await phone.do('remove', { app })).toEqual({ removed: true });
    expect(await phone.do('state', { app })).toEqual({ state: 'not-installed' });
  });

  it('shows nothing to who lacks the token', async () => {
    const { url: hostUrl } = lab.host;
    const stranger = remotePhone({ hostUrl, token: 'wrong', udid: 'PIXEL' });
    expect(await code(stranger.do('describe', {}))).toBe('unauthorized');
    expect((await fetch(`${hostUrl}/phones/PIXEL/describe`, { method: 'POST' })).status).toBe(401);
  });

  it.each(['http://192.0.2.1:1', 'http://localhost.example:1', 'ftp://127.0.0.1', 'nothing'])(
    'is not looked for at %s, which would see the token',
    (hostUrl) => {
      expect(() => remotePhone({ hostUrl, token: 't', udid: 'PIXEL' })).toThrow(PhoneHostError);
    },
  );

  it('has no phone that the lab has not', async () => {
    const { url: hostUrl, token } = lab.host;
    const nobody = remotePhone({ hostUrl, token, udid: 'NO/BODY' });
    expect(await code(nobody.do('describe', {}))).toBe('not-found');
  });

  it('refuses what does not fit an action', async () => {
    expect(await code(phone.do('install', { file: 'no base64!' }))).toBe('invalid');
    expect(await code(phone.do('install', { file: toBase64(encodeAppPackage(IOS_PROBE)) }))).toBe(
      'install-refused',
    );
    const { url, token } = lab.host;
    const authorization = `Bearer ${token}`;
    const bad = await fetch(`${url}/phones/PIXEL/tap`, {
      ...{ method: 'POST', headers: { authorization }, body: '{' },
    });
    expect(bad.status).toBe(400);
    const unknown = await fetch(`${url}/phones/PIXEL/toString`, {
      ...{ method: 'POST', headers: { authorization }, body: '{}' },
    });
    expect(unknown.status).toBe(404);
  });

  it('has lost a phone whose cable is out', async () => {
    lab.phone('PIXEL').faults.switchOn('offline');
    expect(await code(phone.do('describe', {}))).toBe('offline');
    lab.phone('PIXEL').faults.switchOff('offline');
    expect(await code(phone.do('describe', {}))).toMatch('not refused');
  });
});
