import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toBase64url, utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import {
  resultSchema,
  type CommandArgs,
  type CommandName,
  type CommandResult,
} from './commands.js';
import { inlineLink, urlLink } from './deep-link.js';
import { ELEMENTS, LIMITS, PROTOCOL_VERSIONS } from './limits.js';
import { joinPages, parsePage, type PagedAnswer } from './pages.js';
import { ProbeError } from './probe-error.js';
import { answerSchema, stateSchema, type ProbeRequest } from './protocol.js';
import type { RequestHost } from './request-host.js';
import type { ProbeTransport } from './transport.js';

/** What a probe answered, and how long the phone itself took. */
export interface Answered<Name extends CommandName> {
  readonly result: CommandResult<Name>;
  readonly ms: number;
}

/** The host's side of the probe protocol, one command after another. */
export interface ProbeClient {
  /** Agrees on a protocol version and claims the probe; throws ERR_PROBE_PROTOCOL where none fits. */
  hello(): Promise<CommandResult<'hello'>>;
  /** Throws ProbeError for the probe's own "no", HarnessError where there is no valid answer. */
  call<Name extends CommandName>(command: Name, args: CommandArgs<Name>): Promise<Answered<Name>>;
}

/** How a client talks to its probe. */
export interface ProbeClientOptions {
  /** 32 bytes, base64url: whoever holds it commands the probe. */
  readonly secret: string;
  readonly requests: Pick<RequestHost, 'publish'>;
  /** The phone's name in messages. */
  readonly phone: string;
  /** How long a command may take on the phone. */
  readonly commandTimeoutMs?: number;
  /** How long the probe's screen may stay away before the phone counts as lost. */
  readonly screenTimeoutMs?: number;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

type Done = PagedAnswer['state'];

const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 250;
const PAGE_TIMEOUT_MS = 10_000;

/** A secret for a probe. */
export function newProbeSecret(): string {
  return toBase64url(randomBytes(32));
}

/** A client of the probe behind `transport`. */
export function createProbeClient(
  transport: ProbeTransport,
  options: ProbeClientOptions,
): ProbeClient {
  const screen = createScreen(transport, options);
  let last: Promise<unknown> = Promise.resolve();

  const perform = async <Name extends CommandName>(
    command: Name,
    args: CommandArgs<Name>,
  ): Promise<Answered<Name>> => {
    const id = toBase64url(randomBytes(16));
    const request: ProbeRequest = { v: 1, id, secret: options.secret, command, args };
    await transport.openDeepLink(linkOf(request, options));
    const json = await screen.answerTo(id);
    return readAnswer({ command, id, json, phone: options.phone });
  };

  // A probe has one screen: a second command at once would take the first one's answer away.
  const call: ProbeClient['call'] = (command, args) => {
    const answered = last.then(() => perform(command, args));
    last = answered.catch(() => undefined);
    return answered;
  };

  return {
    call,
    async hello() {
      const { min, max } = PROTOCOL_VERSIONS;
      const { result } = await call('hello', { minVersion: min, maxVersion: max }).catch(
        (error: unknown) => {
          if (!(error instanceof ProbeError) || error.code !== 'version_unsupported') throw error;
          throw protocolError(options.phone, error.message);
        },
      );
      if (result.version < min || result.version > max) {
        throw protocolError(options.phone, `the probe chose version ${result.version}`);
      }
      return result;
    },
  };
}

function linkOf(request: ProbeRequest, options: ProbeClientOptions): string {
  const json = JSON.stringify(request);
  const link = inlineLink(json);
  if (link !== null) return link;
  const size = utf8(json).length;
  if (size > LIMITS.requestBytes) {
    throw protocolError(options.phone, `${request.command} of ${size} bytes is too long`);
  }
  return urlLink(options.requests.publish(json), request.id);
}

interface Screen {
  /** The JSON of the answer to a request, once the probe shows it. */
  answerTo(id: string): Promise<string>;
}

function createScreen(transport: ProbeTransport, options: ProbeClientOptions): Screen {
  const { phone, commandTimeoutMs = 60_000, screenTimeoutMs = 15_000 } = options;
  const { nowMs = Date.now, sleep = (ms: number) => delay(ms) } = options;

  const lost = (what: string): HarnessError =>
    new HarnessError('ERR_DEVICE_LOST', `${phone}: ${what}`);

  const done = async (id: string): Promise<Done> => {
    const begunAt = nowMs();
    let seenAt = begunAt;
    let shown = 'nothing';
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
      const text = await transport.readText(ELEMENTS.state);
      const now = nowMs();
      if (text !== null) {
        seenAt = now;
        const state = parseState(phone, text);
        if (state.state === 'done' && state.id === id) return state;
        shown = state.state === 'idle' || state.id === id ? state.state : 'another request';
      }
      if (now - seenAt > screenTimeoutMs) throw lost('the probe is no longer on the screen');
      if (now - begunAt > commandTimeoutMs) {
        throw lost(`no answer within ${commandTimeoutMs} ms; the probe shows ${shown}`);
      }
      await sleep(wait);
    }
  };

  const page = async (id: string, number: number): Promise<string> => {
    const begunAt = nowMs();
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
      const text = await transport.readText(ELEMENTS.page);
      const read = text === null ? null : parsePage(text);
      if (read?.id === id && read.number === number) return read.chunk;
      if (nowMs() - begunAt > PAGE_TIMEOUT_MS) throw lost(`page ${number} of an answer never came`);
      await sleep(wait);
    }
  };

  return {
    async answerTo(id) {
      const state = await done(id);
      const chunks = [await page(id, 1)];
      while (chunks.length < state.pages) {
        if (!(await transport.tap(ELEMENTS.next))) throw lost('the probe left while it was read');
        chunks.push(await page(id, chunks.length + 1));
      }
      const json = joinPages(state, chunks);
      if (json === null) throw protocolError(phone, 'the pages do not add up to the answer');
      return json;
    },
  };
}

function parseState(phone: string, text: string) {
  const parsed = stateSchema.safeParse(parseJson(text));
  if (!parsed.success) throw protocolError(phone, `its state reads ${JSON.stringify(text)}`);
  return parsed.data;
}

function readAnswer<Name extends CommandName>(answer: {
  readonly command: Name;
  readonly id: string;
  readonly json: string;
  readonly phone: string;
}): Answered<Name> {
  const { command, id, phone } = answer;
  const parsed = answerSchema.safeParse(parseJson(answer.json));
  if (!parsed.success) throw protocolError(phone, `${command}: ${parsed.error.message}`);
  if (parsed.data.id !== id) throw protocolError(phone, `${command}: answers another request`);
  if (!parsed.data.ok) throw new ProbeError(command, parsed.data.error, parsed.data.ms);
  const result = resultSchema(command).safeParse(parsed.data.result);
  if (!result.success) throw protocolError(phone, `${command}: ${result.error.message}`);
  return { result: result.data, ms: parsed.data.ms };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function protocolError(phone: string, what: string): HarnessError {
  return new HarnessError('ERR_PROBE_PROTOCOL', `${phone}: ${what}`);
}
