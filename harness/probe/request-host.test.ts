import { afterEach, describe, expect, it } from 'vitest';
import { startRequestHost, type RequestHost, type RequestHostOptions } from './request-host.js';

const hosts: RequestHost[] = [];

async function start(options: RequestHostOptions = {}): Promise<RequestHost> {
  const host = await startRequestHost(options);
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

describe('a request host', () => {
  it('serves a request once', async () => {
    const host = await start();
    const url = host.publish('{"a":1}');
    const answers = await Promise.all([fetch(url), fetch(url)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts.sort()).toEqual(['', '{"a":1}']);
  });

  it('serves it for its life and no longer', async () => {
    let nowMs = 0;
    const host = await start({ lifeMs: 10, nowMs: () => nowMs });
    const [early, late] = [host.publish('1'), host.publish('2')];
    nowMs = 9;
    expect((await fetch(early)).status).toBe(200);
    nowMs = 10;
    expect((await fetch(late)).status).toBe(404);
  });

  it('does not spend a request on another method', async () => {
    const url = (await start()).publish('1');
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
  });

  it('has URLs that cannot be guessed', async () => {
    const host = await start();
    const url = new URL(host.publish('1'));
    expect(url.pathname).toMatch(/^\/[A-Za-z0-9_-]{43}$/);
    expect((await fetch(new URL('/', url))).status).toBe(404);
  });

  it('names the address under which phones reach it', async () => {
    const host = await start({ publicUrl: 'https://lab.example/probe/' });
    expect(host.publish('1')).toMatch(/^https:\/\/lab\.example\/probe\/[A-Za-z0-9_-]{43}$/);
  });
});
