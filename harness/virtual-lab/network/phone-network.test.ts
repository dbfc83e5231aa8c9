import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64, toBase64url, utf8 } from '../../encoding/bytes.js';
import type { CommandArgs, CommandResult } from '../../probe/commands.js';
import { IPHONE, PIXEL, startTestLab, type TestLab } from '../testing/lab.js';
import { startConnectProxy, startTlsServer, testCa, type TestCa } from '../testing/tls-server.js';

const NAME = 'rp.attestlab.test';
const ca = testCa('test server authority');
const clientCa = testCa('test client authority');

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((opened) => opened.close()));
});

async function phone(spec: typeof PIXEL | typeof IPHONE = PIXEL): Promise<TestLab> {
  const lab = await startTestLab(spec, { hosts: { [NAME]: '127.0.0.1' } });
  open.push(lab);
  await lab.probe.hello();
  return lab;
}

async function server(options: Partial<Parameters<typeof startTlsServer>[0]> = {}) {
  const started = await startTlsServer({ ca, name: NAME, ...options });
  open.push(started);
  return started;
}

function pin(spki: Uint8Array): string {
  return `sha256/${toBase64(createHash('sha256').update(spki).digest())}`;
}

type Sending = Partial<CommandArgs<'request.send'>>;

async function send(
  lab: TestLab,
  port: number,
  change: Sending = {},
): Promise<CommandResult<'request.send'>> {
  const { result } = await lab.probe.call('request.send', {
    url: `https://${NAME}:${port}/a/../b?x=%2F`,
    method: 'POST',
    headers: [['content-type', 'text/plain']],
    body: toBase64url(utf8('hello')),
    anchors: [toBase64url(ca.certificate)],
    ...change,
  });
  return result;
}

/** A key on the phone with a client certificate. */
async function enrol(lab: TestLab, digests: readonly ('none' | 'sha256')[], by: TestCa = clientCa) {
  const ladder = lab.phone.spec.platform === 'android' ? ['tee'] : ['secure-enclave'];
  const { result } = await lab.probe.call('key.generate', {
    alias: 'tls',
    purpose: 'tls',
    algorithm: 'ec-p256',
    ladder: ladder as ['tee'],
    digests,
  });
  const spki = fromBase64url(result.spki) ?? new Uint8Array();
  const chain = [toBase64url(by.issue({ commonName: 'phone-1', spki }))];
  await lab.probe.call('certificate.install', { alias: 'tls', chain });
}

describe('a request of a virtual phone', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is answered over %s', async (maxVersion) => {
    const { port, seen } = await server({ maxVersion });
    const sent = await send(await phone(), port);
    expect(sent).toMatchObject({ outcome: 'answered', status: 200 });
    if (sent.outcome !== 'answered') return;
    expect(sent.headers).toContainEqual(['x-answer', 'yes']);
    expect(sent.body).toBe(toBase64url(utf8('you sent 5')));
    expect(seen.requests[0]).toContain('hello');
  });

  it('sends path and query as they stand, and no header of its own making', async () => {
    const { port, seen } = await server();
    await send(await phone(), port);
    expect(seen.requests).toEqual([
      'POST /a/../b?x=%2F ' +
        `host|${NAME}:${port}|content-type|text/plain|content-length|5|connection|close hello`,
    ]);
  });

  it('trusts the anchors that it was given and no other', async () => {
    const { port, seen } = await server();
    const anchors = [toBase64url(testCa('another authority').certificate)];
    const sent = await send(await phone(), port, { anchors });
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'handshake' });
    expect(seen.requests).toEqual([]);
  });

  it('holds to the host name', async () => {
    const { port, seen } = await server({ name: 'other.attestlab.test' });
    const sent = await send(await phone(), port);
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'handshake' });
    expect(sent).toHaveProperty('error', expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'));
    expect(seen.requests).toEqual([]);
  });

  it.each(['leaf', 'authority'] as const)('passes a pin on the %s', async (which) => {
    const { port, leafSpki } = await server();
    const pins = [pin(utf8('unused')), pin(which === 'leaf' ? leafSpki : ca.spki)];
    expect(await send(await phone(), port, { pins })).toMatchObject({ outcome: 'answered' });
  });

  it('takes no pin from a certificate that merely lies beside the path', async () => {
    // The interceptor's authority has the pinned one's name, and that one comes along.
    const interceptor = testCa('test server authority');
    const { port, seen } = await server({ ca: interceptor, beside: [ca.certificate] });
    const anchors = [interceptor.certificate, ca.certificate].map(toBase64url);
    const pins = [pin(ca.spki)];
    const sent = await send(await phone(), port, { anchors, pins });
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'pin' });
    expect(seen.requests).toEqual([]);
    const own = await send(await phone(), port, { anchors, pins: [pin(interceptor.spki)] });
    expect(own).toMatchObject({ outcome: 'answered' });
  });

  it('that finds no pinned key sends no byte of itself', async () => {
    const { port, seen } = await server();
    const sent = await send(await phone(), port, { pins: [pin(utf8('elsewhere'))] });
    expect(sent).toMatchObject({ outcome: 'failed', phase: 'pin' });
    // In TLS 1.3 the phone may be gone before the server has seen the handshake end: bytes decide.
    expect(seen.requests).toEqual([]);
  });

  it('goes by the phone’s own clock', async () => {
    const { port, seen } = await server();
    const lab = await phone();
    lab.phone.clock.setOffset(2 * 3_600_000);
    expect(await send(lab, port)).toMatchObject({ outcome: 'failed', phase: 'handshake' });
    expect(seen.requests).toEqual([]);
  });

  it('says how far it came where nobody is there', async () => {
    const lab = await phone();
    const closed = await server();
    await closed.close();
    expect(await send(lab, closed.port)).toMatchObject({ outcome: 'failed', phase: 'connect' });
    const url = 'https://no-such-name.invalid/';
    expect(await send(lab, 1, { url })).toMatchObject({ outcome: 'failed', phase: 'resolve' });
    lab.phone.faults.switchOn('no-network');
    expect(await send(lab, 1)).toMatchObject({ outcome: 'failed', phase: 'connect' });
  });

  it('goes through the proxy of the settings until that is cleared', async () => {
    const { port } = await server();
    const proxy = await startConnectProxy(port);
    open.push(proxy);
    const lab = await phone();
    lab.phone.settings.set('http_proxy', `127.0.0.1:${proxy.port}`);
    expect(await send(lab, 9)).toMatchObject({ outcome: 'answered' });
    expect(proxy.asked).toEqual([`CONNECT ${NAME}:9 HTTP/1.1`]);
    lab.phone.settings.set('http_proxy', ':0');
    expect(await send(lab, port)).toMatchObject({ outcome: 'answered' });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('a client certificate on a hardware key', () => {
  it.each([PIXEL, IPHONE])('authenticates $model', async (spec) => {
    const { port, seen } = await server({ clientCa });
    const lab = await phone(spec);
    await enrol(lab, ['none', 'sha256']);
    const sent = await send(lab, port, { clientAlias: 'tls' });
    expect(sent).toMatchObject({ outcome: 'answered', status: 200 });
    expect(seen.clientSubject).toBe('phone-1');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'breaks off the handshake of %s where its key was made for SHA-256 alone',
    async (maxVersion) => {
      const { port, seen } = await server({ clientCa, maxVersion });
      const lab = await phone();
      await enrol(lab, ['sha256']);
      const sent = await send(lab, port, { clientAlias: 'tls' });
      expect(sent).toMatchObject({ outcome: 'failed', phase: 'handshake' });
      expect(sent).toHaveProperty('error', expect.stringContaining('-13'));
      expect(seen.requests).toEqual([]);
    },
  );

  // domain knowledge: in TLS 1.3 the server judges it after the client has begun to send.
  it.each([
    ['TLSv1.2', 'handshake'],
    ['TLSv1.3', 'application'],
  ] as const)('of another authority is refused by a server of %s', async (maxVersion, phase) => {
    const { port, seen } = await server({ clientCa, maxVersion });
    const lab = await phone();
    await enrol(lab, ['none', 'sha256'], testCa('a stranger'));
    const sent = await send(lab, port, { clientAlias: 'tls' });
    expect(sent).toMatchObject({ outcome: 'failed', phase });
    expect(seen.requests).toEqual([]);
  });

  it('has to be installed before it is used', async () => {
    const lab = await phone();
    await expect(send(lab, 1, { clientAlias: 'tls' })).rejects.toMatchObject({
      code: 'key_not_found',
    });
  });
});
