import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64, toBase64url, utf8, utf8Text } from '../../encoding/bytes.js';
import { createInterceptionAuthority, type MitmRule } from '../../interception/index.js';
import { startMitmProxy } from '../../interception/mitm.js';
import { PIXEL, startTestLab, type TestLab } from '../testing/lab.js';
import { startTlsServer, testCa, type TestServer } from '../testing/tls-server.js';

// The proxy resolves names itself, so the server has one that every machine knows.
const NAME = 'localhost';
const ca = testCa('test server authority');
const mitm = createInterceptionAuthority({
  ...{ commonName: 'test interception', keyType: 'rsa-2048', now: new Date() },
});

let server: TestServer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startTlsServer({ ca, name: NAME });
});

afterAll(() => server.close());

afterEach(async () => {
  server.seen.requests.splice(0);
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** A rooted phone whose owner has set a proxy and trusts its authority. */
async function intercepted(rules: readonly MitmRule[] = []) {
  const proxy = await startMitmProxy({
    ...{ authority: mitm, rules, upstreamAnchors: [ca.certificate] },
  });
  opened.push(proxy);
  const lab = await startTestLab({
    ...PIXEL,
    ...{ jailbroken: true, locked: false, bootState: 'unverified' },
  });
  opened.push(lab);
  await lab.probe.hello();
  lab.phone.settings.set('http_proxy', `127.0.0.1:${proxy.port}`);
  return { lab, proxy };
}

async function send({ probe }: TestLab, pins?: readonly string[]) {
  const { result } = await probe.call('request.send', {
    ...{ url: `https://${NAME}:${server.port}/v1/orders`, method: 'POST' },
    ...{ headers: [['content-type', 'text/plain']], body: toBase64url(utf8('secret')) },
    anchors: [ca.certificate, mitm.certificate].map(toBase64url),
    ...(pins === undefined ? {} : { pins: [...pins] }),
  });
  return result.outcome === 'failed'
    ? result
    : { ...result, body: utf8Text(fromBase64url(result.body) ?? new Uint8Array()) };
}

function pinOfServer(): string {
  return `sha256/${toBase64(createHash('sha256').update(server.leafSpki).digest())}`;
}

describe('a phone with a system proxy', () => {
  it('has its unpinned requests read, and answered by the server all the same', async () => {
    const { lab, proxy } = await intercepted();
    expect(await send(lab)).toMatchObject({ outcome: 'answered', body: 'you sent 6' });
    const [read, ...more] = proxy.requests();
    expect(more).toEqual([]);
    expect(read?.url).toBe(`https://${NAME}:${server.port}/v1/orders`);
    expect(utf8Text(read?.body ?? new Uint8Array())).toBe('secret');
    expect(server.seen.requests).toHaveLength(1);
  });

  it('believes an answer that the proxy made up', async () => {
    const body = utf8('made up');
    const { lab } = await intercepted([{ then: { kind: 'answer', status: 202, body } }]);
    expect(await send(lab)).toMatchObject({ outcome: 'answered', status: 202, body: 'made up' });
    expect(server.seen.requests).toEqual([]);
  });

  it('gives away nothing of a pinned request', async () => {
    const { lab, proxy } = await intercepted();
    const sent = await send(lab, [pinOfServer()]);
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'pin' });
    expect(proxy.requests()).toEqual([]);
    expect(server.seen.requests).toEqual([]);
  });

  it('gives away a pinned request once the app’s pin check is hooked', async () => {
    const { lab, proxy } = await intercepted();
    lab.phone.hooks.switchOn('pin-check-forced');
    expect(await send(lab, [pinOfServer()])).toMatchObject({ outcome: 'answered' });
    expect(proxy.requests().map(({ body }) => utf8Text(body))).toEqual(['secret']);
  });

  it('says that it was the proxy that was not there', async () => {
    const { lab, proxy } = await intercepted();
    await proxy.close();
    expect(await send(lab)).toMatchObject({ outcome: 'failed', phase: 'connect' });
    expect(server.seen.requests).toEqual([]);
  });
});
