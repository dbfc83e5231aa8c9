import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { encodePemCertificate } from '../encoding/pem.js';
import { createLabPki } from '../relying-party/index.js';
import {
  createInterceptors,
  interceptionSetup,
  type InterceptionOrder,
  type Interceptors,
  type Middle,
} from './interception.js';
import { knockAt } from './knock.js';

const now = new Date();
const pki = createLabPki({ dnsName: 'rp.example.test', now });
let interceptors: Interceptors | null = null;

afterEach(async () => {
  await interceptors?.close();
  interceptors = null;
});

const orderFor = (middle: Middle): InterceptionOrder => ({
  ...{ middle, before: 'enrolment', clientCertificate: 'not-asked' },
});

/** In front of a port where nobody is. */
async function inFrontOfNobody(): Promise<Interceptors> {
  const { serverAnchor } = await pki;
  interceptors = createInterceptors({
    setup: interceptionSetup(await pki, now),
    urls: { enrolment: 'https://localhost:1', api: 'https://localhost:1' },
    anchors: [serverAnchor],
  });
  return interceptors;
}

describe('the interceptors of a run', () => {
  it('take a relying party that is not there for a broken run, not for a refusal', async () => {
    const made = await inFrontOfNobody();
    const { id, url } = await made.start('a-phone', orderFor('trusted-interceptor'));
    const client = connect({
      ...{ host: 'localhost', port: Number(new URL(url).port), servername: 'localhost' },
      ca: made.setup.trusted.map(encodePemCertificate),
    });
    client.on('error', () => undefined);
    await once(client, 'secureConnect');
    client.write('GET / HTTP/1.1\r\n\r\n');
    await expect(made.finish(id)).rejects.toMatchObject({ code: 'ERR_INTERCEPTION' });
  });

  it('refuse to speak of one connection where two came', async () => {
    const made = await inFrontOfNobody();
    const { id, url } = await made.start('a-phone', orderFor('untrusted-interceptor'));
    const port = Number(new URL(url).port);
    for (let index = 0; index < 2; index++) {
      const socket = connectTcp(port, 'localhost');
      await once(socket, 'connect');
      socket.resume().end();
      await once(socket, 'close');
    }
    await expect(made.finish(id)).rejects.toMatchObject({
      code: 'ERR_INTERCEPTION',
      message: '2 connections came where one was awaited',
    });
  });

  it('that a story has left open end with it, and those of other phones do not', async () => {
    const made = await inFrontOfNobody();
    const left = await made.start('a-phone', orderFor('trusted-interceptor'));
    const other = await made.start('another', orderFor('trusted-interceptor'));
    await made.abandon('a-phone');
    await expect(knockAt(left.url)).rejects.toMatchObject({ code: 'ERR_RELYING_PARTY' });
    await knockAt(other.url);
    await expect(made.finish(left.id)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('know of no interceptor but the ones that they started', async () => {
    const made = await inFrontOfNobody();
    await expect(made.finish('another')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('pin the server, its backup and their authority, and no key of an interceptor', async () => {
    const { setup } = await inFrontOfNobody();
    const { server, backup } = await pki;
    expect(setup.pins.leaf).toEqual([server.pin]);
    expect(setup.pins['leaf-and-backup']).toEqual([server.pin, backup.pin]);
    expect(setup.pins.authority).toHaveLength(1);
    expect(new Set([...setup.pins.authority, server.pin, backup.pin]).size).toBe(3);
  });
});
