import { describe, expect, it } from 'vitest';
import { inlineLink, urlLink } from '../../../harness/probe/deep-link.js';
import { ELEMENTS } from '../../../harness/probe/limits.js';
import { answeredReads } from './answered-read.js';
import { requestOf, withoutClient } from './probe-request.js';
import type { RecordedCommand } from './recording.js';
import { replay, type ReplaySession } from './replay.js';

const ID = 'A'.repeat(22);

function link(url: string, hosted: string | null = null): RecordedCommand {
  const body = { script: 'mobile: deepLink', args: [{ url, package: 'a' }] };
  return { method: 'POST', path: '/execute/sync', body, hosted, done: true };
}

function request(args: object, command = 'key.sign'): string {
  return JSON.stringify({ v: 1, id: ID, secret: 's', command, args });
}

function read(element: string): RecordedCommand {
  const id = Buffer.from(element).toString('base64url');
  return { method: 'GET', path: `/element/${id}/text`, body: null, hosted: null, done: true };
}

function state(word: string, id = ID): string {
  return JSON.stringify({ v: 1, state: word, id });
}

const inline = link(inlineLink(request({})) ?? '');
const [seesState, seesPage] = [read(ELEMENTS.state), read(ELEMENTS.page)];

function session(texts: readonly string[]) {
  const sent: string[] = [];
  const left = [...texts];
  const told = (what: string) => (): Promise<unknown> => {
    sent.push(what);
    return Promise.resolve(null);
  };
  const acts: ReplaySession = {
    execute: (_, ...args) => {
      sent.push(JSON.stringify(args));
      return Promise.resolve(null);
    },
    getElementText: () => {
      sent.push('text');
      const text = left.shift();
      return text === undefined ? Promise.reject(new Error('no text')) : Promise.resolve(text);
    },
    findElement: told('find'),
    elementClick: told('click'),
    isAppInstalled: told('installed?'),
    installApp: told('install'),
    removeApp: told('remove'),
    activateApp: told('activate'),
    pullFile: told('pull'),
  };
  return { acts, sent };
}

const nowhere = { publish: () => 'https://127.0.0.1/new' };

describe('a replay', () => {
  it('awaits an answer at the last read before a page alone', () => {
    const commands = [inline, seesState, seesState, seesPage, seesPage];
    expect(answeredReads(commands)).toEqual([null, null, ID, null, null]);
  });

  it('reads on until the phone has answered this very request', async () => {
    const { acts, sent } = session([state('busy'), state('done', 'other'), state('done'), 'page']);
    await replay(acts, [inline, seesState, seesPage], nowhere);
    expect(sent.slice(1)).toEqual(['text', 'text', 'text', 'text']);
  });

  it('ends at a command that failed and had not failed before', async () => {
    await expect(replay(session([]).acts, [seesState], nowhere)).rejects.toThrow('no text');
    await replay(session([]).acts, [{ ...seesState, done: false }], nowhere);
  });

  it('gives a request that had a one-time URL a new one', async () => {
    const { acts, sent } = session([]);
    await replay(acts, [link(urlLink('https://127.0.0.1/old', ID), request({}))], nowhere);
    expect(sent[0]).toContain(encodeURIComponent('https://127.0.0.1/new'));
  });

  it('ends at a command that it does not know', async () => {
    const unknown = { ...seesState, method: 'POST', path: '/timeouts' };
    await expect(replay(session([]).acts, [unknown], nowhere)).rejects.toThrow('cannot replay');
  });
});

describe('a recorded HTTPS request', () => {
  const args = { url: 'https://localhost:1/', clientAlias: 'a', body: 'x'.repeat(20) };

  it.each([
    ['in its link', link(inlineLink(request(args, 'request.send')) ?? '')],
    ['behind a URL', link(urlLink('https://127.0.0.1/old', ID), request(args, 'request.send'))],
  ])('%s goes without the certificate of a key that is gone', (_, command) => {
    const { clientAlias, ...rest } = args;
    expect(requestOf(command)?.args).toEqual({ ...rest, clientAlias });
    expect(requestOf(withoutClient(command))?.args).toEqual(rest);
  });

  it('leaves every other command as it is', () => {
    for (const command of [inline, seesState]) expect(withoutClient(command)).toBe(command);
  });
});
