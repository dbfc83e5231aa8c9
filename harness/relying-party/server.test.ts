import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodePemCertificate } from '../encoding/pem.js';
import { utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { createLabPki, problemSchema, readAnswer, type TransportRequest } from './index.js';
import { issueClientCertificate } from './issue-certificate.js';
import { ownIssuer } from './issuing/issuer.js';
import { enrolled, valueOf } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, identityOf, softwareKey } from './testing/test-phone.js';

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

/** Sends bytes as they are over a TLS connection of its own, and reads all that comes back. */
async function exchange(origin: string, text: string, tls: ConnectionOptions = {}) {
  const { port } = new URL(origin);
  return new Promise<{ readonly text: string; readonly protocol: string | null }>(
    (resolve, reject) => {
      const socket: TLSSocket = connect({
        host: '127.0.0.1',
        port: Number(port),
        servername: 'localhost',
        ca: encodePemCertificate(lab.pki.serverAnchor),
        ...tls,
      });
      let received = '';
      let protocol: string | null = null;
      socket.on('secureConnect', () => {
        protocol = socket.getProtocol();
        socket.write(text);
      });
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve({ text: received, protocol });
      });
    },
  );
}

function post(path: string, body: string, contentType = 'application/json'): TransportRequest {
  const headers = [['content-type', contentType]] as const;
  return { method: 'POST', url: `${lab.party.enrolUrl}${path}`, headers, body: utf8(body) };
}

async function refused(request: TransportRequest) {
  const response = await lab.transport()(request);
  expect(response.headers['content-type']).toBe('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(Buffer.from(response.body).toString()));
  expect(problem.status).toBe(response.status);
  expect(problem.type).toBe(`urn:attestlab:problem:${problem.code}`);
  return { status: problem.status, code: problem.code, detail: problem.detail ?? '' };
}

describe('both listeners', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speak %s', async (version) => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const versions = { minVersion: version, maxVersion: version };
    const { host } = new URL(lab.party.enrolUrl);
    const request = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const plain = await exchange(lab.party.enrolUrl, request, versions);
    expect(plain.protocol).toBe(version);
    expect(plain.text).toMatch(/^HTTP\/1\.1 200 /);
    const api = request.replace(host, new URL(lab.party.apiUrl).host);
    const mutual = await exchange(lab.party.apiUrl, api, {
      ...versions,
      cert: phone.identity.certificateChain,
      key: phone.identity.privateKey,
    });
    expect(mutual.protocol).toBe(version);
    expect(mutual.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('refuse TLS 1.1', async () => {
    const old = {
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL@SECLEVEL=0',
    } as const;
    await expect(exchange(lab.party.enrolUrl, '', old)).rejects.toThrow(/protocol version/);
  });

  it('tell the time', async () => {
    const { nowMs } = valueOf(await lab.enrolClient().time());
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(5_000);
  });

  it('answer an unknown path with not_found', async () => {
    const request = { ...post('/v1/nothing', ''), method: 'GET', headers: [] };
    expect(await refused({ ...request, body: new Uint8Array() })).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  it('turn away a request for another authority', async () => {
    const text = 'GET /healthz HTTP/1.1\r\nHost: other.example.test\r\nConnection: close\r\n\r\n';
    const answer = await exchange(lab.party.enrolUrl, text);
    expect(answer.text).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer.text).toContain('"code":"authority_unknown"');
  });

  it('answer what is not HTTP with malformed', async () => {
    const answer = await exchange(lab.party.enrolUrl, 'this is not HTTP\r\n\r\n');
    expect(answer.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.text).toContain('"code":"malformed"');
  });

  it('answer a path that does not decode with malformed', async () => {
    const { host } = new URL(lab.party.enrolUrl);
    const text = `GET /v1/%zz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const answer = await exchange(lab.party.enrolUrl, text);
    expect(answer.text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.text).toMatch(/"code":"(malformed|not_found)"/);
  });
});

describe('the interface', () => {
  it.each([
    ['no JSON', '{"subject":'],
    ['no object', '[]'],
    ['an unknown member', '{"subject":"a","purpose":"tls","admin":true}'],
    ['a missing member', '{"purpose":"tls"}'],
    ['a subject that could break a name', '{"subject":"a,CN=b","purpose":"tls"}'],
    ['a purpose that this listener has not', '{"subject":"a","purpose":"sign"}'],
    ['an empty body', ''],
  ])('refuses %s with malformed', async (_name, body) => {
    expect(await refused(post('/v1/challenges', body))).toMatchObject({
      status: 400,
      code: 'malformed',
    });
  });

  it('names the place of what is malformed', async () => {
    const { detail } = await refused(post('/v1/challenges', '{"subject":7,"purpose":"tls"}'));
    expect(detail).toContain('/subject');
  });

  it('refuses bytes that are not UTF-8 with malformed', async () => {
    const request = { ...post('/v1/challenges', ''), body: Uint8Array.of(0x22, 0xff, 0x22) };
    expect(await refused(request)).toMatchObject({ status: 400, code: 'malformed' });
  });

  it('refuses a challenge of the wrong length with malformed, and spends nothing', async () => {
    const body = JSON.stringify({ subject: 'a', challenge: 'AAAA', csr: 'AAAA' });
    expect(await refused(post('/v1/enrolments', body))).toMatchObject({ code: 'malformed' });
  });

  it('refuses another media type with content_type_unsupported', async () => {
    const request = post('/v1/challenges', '<subject/>', 'application/xml');
    expect(await refused(request)).toMatchObject({ status: 415, code: 'content_type_unsupported' });
  });

  it('refuses a long body with body_too_large', async () => {
    const body = JSON.stringify({ subject: 'a'.repeat(600_000), purpose: 'tls' });
    expect(await refused(post('/v1/challenges', body))).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
  });
});

describe('the mutual-TLS listener', () => {
  it('lets nobody in without a certificate, and tells of it', async () => {
    const own = await startTestLab();
    const request = { method: 'GET', url: `${own.party.apiUrl}/v1/time`, headers: [] };
    const attempt = own.transport()({ ...request, body: new Uint8Array() });
    await expect(attempt).rejects.toThrow(HarnessError);
    await expect.poll(() => own.refusedConnections).toHaveLength(1);
    expect(own.refusedConnections[0]).toMatchObject({
      listener: 'api',
      code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    });
    expect(own.exchanges).toEqual([]);
    await own.party.close();
  });

  it('lets nobody in with a certificate of another authority', async () => {
    const own = await startTestLab();
    const foreign = await createLabPki({ dnsName: RP_ID, now: new Date() });
    const key = softwareKey();
    const chain = await issueClientCertificate(ownIssuer(foreign.clientAuthority), {
      subject: 'phone',
      spki: key.spki,
      csr: new Uint8Array(),
      now: new Date(),
      policy: { lifetimeMs: 60_000, backdateMs: 60_000 },
    });
    const identity = identityOf(
      key,
      chain.map((one) => Buffer.from(one).toString('base64url')),
    );
    const request = { method: 'GET', url: `${own.party.apiUrl}/v1/time`, headers: [] };
    const attempt = own.transport(identity)({ ...request, body: new Uint8Array() });
    await expect(attempt).rejects.toThrow(HarnessError);
    await expect.poll(() => own.refusedConnections).toHaveLength(1);
    await own.party.close();
  });
});

describe('a signed resource', () => {
  it('refuses a second Host header, which two readers could read differently', async () => {
    const { identity } = await enrolled(lab, androidPhone(lab.vendors));
    const { host } = new URL(lab.party.apiUrl);
    const text = `GET /v1/orders HTTP/1.1\r\nhost: ${host}\r\nhost: evil\r\nconnection: close\r\n\r\n`;
    const answer = await exchange(lab.party.apiUrl, text, {
      cert: identity.certificateChain,
      key: identity.privateKey,
    });
    expect(answer.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.text).toContain('"code":"malformed"');
  });
});

describe('a resumed connection', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('keeps its certificate in %s', async (version) => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { host, port } = new URL(lab.party.apiUrl);
    const body = '{"purpose":"sign"}';
    let session: Buffer | undefined;
    const ask = async () => {
      const socket = connect({
        ...{ host: '127.0.0.1', port: Number(port), servername: 'localhost', session },
        ...{ minVersion: version, maxVersion: version },
        ca: encodePemCertificate(lab.pki.serverAnchor),
        cert: phone.identity.certificateChain,
        key: phone.identity.privateKey,
      });
      socket.on('session', (ticket: Buffer) => (session = ticket));
      await once(socket, 'secureConnect');
      const isResumed = socket.isSessionReused();
      socket.write(
        `POST /v1/challenges HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return { isResumed, status: text.slice(0, 12) };
    };
    expect(await ask()).toEqual({ isResumed: false, status: 'HTTP/1.1 201' });
    expect(await ask()).toEqual({ isResumed: true, status: 'HTTP/1.1 201' });
  });
});

describe('a client', () => {
  it('trusts no server of another authority', async () => {
    const foreign = await createLabPki({ dnsName: RP_ID, now: new Date() });
    const transport = lab.transport(undefined, { anchors: [foreign.serverAnchor] });
    const request = { method: 'GET', url: `${lab.party.enrolUrl}/v1/time`, headers: [] };
    await expect(transport({ ...request, body: new Uint8Array() })).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
  });

  it('takes an answer that it cannot read for a broken run and not for a refusal', () => {
    const response = { status: 502, headers: {}, body: utf8('<html>') };
    expect(() => readAnswer(response, z.unknown())).toThrow(HarnessError);
  });
});

describe('a relying party that fails inside', () => {
  it('answers internal, tells of the fault, and never lets it look like a refusal', async () => {
    const broken = new Error('the verifier broke');
    const own = await startTestLab({
      judge: {
        appraise: () => {
          throw broken;
        },
      },
    });
    await expect(enrolled(own, androidPhone(own.vendors))).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
    expect(own.faults).toEqual([broken]);
    await own.party.close();
  });
});

describe('a relying party that stops', () => {
  it('ends open connections, frees its ports, and may be stopped again', async () => {
    const own = await startTestLab();
    valueOf(await own.enrolClient().time());
    const { port } = new URL(own.party.enrolUrl);
    await own.party.close();
    await own.party.close();
    const again = await startTestLab({ ports: { enrolment: Number(port) } });
    expect(new URL(again.party.enrolUrl).port).toBe(port);
    await again.party.close();
  });

  it('names the port that another program holds', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startTestLab({ ports: { api: port } })).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    });
    holder.close();
  });
});
