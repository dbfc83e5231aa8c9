import { describe, expect, it } from 'vitest';
import { HarnessError, type ErrorCode } from '../errors.js';
import { parseDeepLink } from './deep-link.js';
import { ELEMENTS, LIMITS } from './limits.js';
import { pageAnswer } from './pages.js';
import { createProbeClient, newProbeSecret, type ProbeClient } from './probe-client.js';
import { ProbeError } from './probe-error.js';
import { requestSchema, type ProbeRequest } from './protocol.js';
import type { ProbeTransport } from './transport.js';

interface ScriptedProbe {
  readonly client: ProbeClient;
  readonly requests: ProbeRequest[];
  readonly links: string[];
}

interface Script {
  /** The answer's JSON to a request. */
  readonly answer: (request: ProbeRequest) => object;
  /** Spoils what an element shows. */
  readonly spoil?: (accessibilityId: string, text: string) => string | null;
  readonly tap?: () => boolean;
}

// A probe that answers as scripted, at once, on a clock that each wait moves on.
function scripted({ answer, spoil = (_, text) => text, tap = () => true }: Script): ScriptedProbe {
  const requests: ProbeRequest[] = [];
  const links: string[] = [];
  const published = new Map<string, string>();
  let state = '{"v":1,"state":"idle"}';
  let pages: readonly string[] = [];
  let page = 0;
  let nowMs = 0;
  const transport: ProbeTransport = {
    openDeepLink(link) {
      links.push(link);
      const parsed = parseDeepLink(link);
      const json = parsed?.kind === 'inline' ? parsed.json : published.get(parsed?.url ?? '');
      const request = requestSchema.parse(JSON.parse(json ?? ''));
      requests.push(request);
      const paged = pageAnswer(request.id, JSON.stringify(answer(request)));
      state = JSON.stringify(paged.state);
      pages = paged.pages;
      page = 0;
      return Promise.resolve();
    },
    readText: (id) =>
      Promise.resolve(spoil(id, id === ELEMENTS.state ? state : (pages[page] ?? ''))),
    tap: () => {
      page++;
      return Promise.resolve(tap());
    },
  };
  const client = createProbeClient(transport, {
    secret: newProbeSecret(),
    phone: 'phone-1',
    requests: {
      publish: (json) => {
        const url = `http://127.0.0.1:1/${published.size}`;
        published.set(url, json);
        return url;
      },
    },
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  });
  return { client, requests, links };
}

function answering(result: object): Script['answer'] {
  return ({ id }) => ({ v: 1, id, ok: true, result, ms: 12 });
}

async function errorOf(call: Promise<unknown>): Promise<ErrorCode> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof HarnessError) return error.code;
  throw new Error(`a HarnessError was expected, not ${String(error)}`);
}

const sign = { alias: 'a', data: '' };

describe('the probe client', () => {
  it('asks with a new id each time and hands on result and duration', async () => {
    const { client, requests } = scripted({ answer: answering({ signature: 'AAAA', extra: 1 }) });
    const { result, ms } = await client.call('key.sign', sign);
    await client.call('key.sign', sign);
    expect({ result, ms }).toEqual({ result: { signature: 'AAAA' }, ms: 12 });
    expect(new Set(requests.map(({ id }) => id)).size).toBe(2);
    expect(new Set(requests.map(({ secret }) => secret)).size).toBe(1);
  });

  it('joins an answer of many pages', async () => {
    const signature = 'A'.repeat(5 * LIMITS.pageChars);
    const { client } = scripted({ answer: answering({ signature }) });
    expect((await client.call('key.sign', sign)).result.signature).toBe(signature);
  });

  it('sends by link what fits, and by one-time URL what does not', async () => {
    const { client, links } = scripted({ answer: answering({ signature: '' }) });
    const lengths = [...Array(1600).keys()].filter((length) => length > 1100 && length % 4 === 0);
    for (const length of lengths)
      await client.call('key.sign', { ...sign, data: 'A'.repeat(length) });
    expect(links.every((link) => link.length <= LIMITS.deepLinkBytes)).toBe(true);
    const kinds = links.map((link) => parseDeepLink(link)?.kind);
    expect(new Set(kinds)).toEqual(new Set(['inline', 'url']));
    expect(kinds.lastIndexOf('inline')).toBeLessThan(kinds.indexOf('url'));
    const longest = Math.max(...links.map(({ length }) => length));
    expect(longest).toBeGreaterThan(LIMITS.deepLinkBytes - 8);
  });

  it('sends nothing that no probe would take', async () => {
    const { client, requests } = scripted({ answer: answering({}) });
    const data = 'A'.repeat(LIMITS.requestBytes);
    expect(await errorOf(client.call('key.sign', { ...sign, data }))).toBe('ERR_PROBE_PROTOCOL');
    expect(requests).toEqual([]);
  });

  it('turns the probe’s own "no" into a ProbeError with the platform’s words', async () => {
    const error = {
      ...{ code: 'key_use_failed', message: 'refused', exception: 'InvalidKeyException' },
      ...{ publicCode: 13, rawCode: -13, transient: false },
    };
    const { client } = scripted({ answer: ({ id }) => ({ v: 1, id, ok: false, error, ms: 3 }) });
    const thrown: unknown = await client.call('key.sign', sign).catch((caught: unknown) => caught);
    expect(thrown).toBeInstanceOf(ProbeError);
    expect(thrown).toMatchObject({ ...error, message: 'key.sign: key_use_failed: refused', ms: 3 });
  });

  it.each<[string, Script]>([
    [
      'answers another request',
      { answer: () => ({ ...answering({})({ id: '' } as ProbeRequest), id: 'B'.repeat(22) }) },
    ],
    ['answers something else', { answer: () => ({ hello: 'world' }) }],
    ['has a result of another shape', { answer: answering({ signature: 7 }) }],
    [
      'drops a character on the way',
      {
        answer: answering({ signature: 'AAAA' }),
        spoil: (id, text) => (id === ELEMENTS.page ? text.slice(0, -1) : text),
      },
    ],
    [
      'shows a state that is none',
      { answer: answering({}), spoil: (id, text) => (id === ELEMENTS.state ? 'Done!' : text) },
    ],
    [
      'knows no error of that name',
      {
        answer: ({ id }) => ({ v: 1, id, ok: false, error: { code: 'oops', message: '' }, ms: 0 }),
      },
    ],
  ])('stops at a probe that %s', async (_, script) => {
    expect(await errorOf(scripted(script).client.call('key.sign', sign))).toBe(
      'ERR_PROBE_PROTOCOL',
    );
  });

  it.each<[string, Script]>([
    ['whose screen is gone', { answer: answering({}), spoil: () => null }],
    [
      'that stays busy',
      {
        answer: answering({}),
        spoil: () => '{"v":1,"state":"busy","id":"AAAAAAAAAAAAAAAAAAAAAA"}',
      },
    ],
    [
      'whose pages never come',
      { answer: answering({}), spoil: (id, text) => (id === ELEMENTS.page ? '' : text) },
    ],
    [
      'that leaves between two pages',
      { answer: answering({ signature: 'A'.repeat(9000) }), tap: () => false },
    ],
  ])('has lost a phone %s', async (_, script) => {
    expect(await errorOf(scripted(script).client.call('key.sign', sign))).toBe('ERR_DEVICE_LOST');
  });

  it('runs one command after another, and goes on after a failed one', async () => {
    const order: string[] = [];
    const { client } = scripted({
      answer: (request) => {
        order.push(request.command);
        if (request.command === 'reset') return { broken: true };
        return answering({ signature: 'AAAA' })(request);
      },
    });
    const failing = client.call('reset', {});
    const following = client.call('key.sign', sign);
    expect(await errorOf(failing)).toBe('ERR_PROBE_PROTOCOL');
    expect((await following).result.signature).toBe('AAAA');
    expect(order).toEqual(['reset', 'key.sign']);
  });

  it('speaks no version that it does not know', async () => {
    const hello = { probe: { name: 'p', build: '1' }, platform: 'ios' };
    const future = scripted({ answer: answering({ ...hello, version: 2 }) });
    expect(await errorOf(future.client.hello())).toBe('ERR_PROBE_PROTOCOL');
    const refusing = scripted({
      answer: ({ id }) => ({
        ...{ v: 1, id, ok: false, ms: 0 },
        error: { code: 'version_unsupported', message: 'no' },
      }),
    });
    expect(await errorOf(refusing.client.hello())).toBe('ERR_PROBE_PROTOCOL');
    const today = scripted({ answer: answering({ ...hello, version: 1 }) });
    expect((await today.client.hello()).platform).toBe('ios');
  });
});
