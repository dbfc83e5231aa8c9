import { createHash } from 'node:crypto';
import { equalBytes, fromBase64url, toBase64url, utf8 } from '../encoding/bytes.js';
import {
  argsSchema,
  isCommandName,
  type CommandName,
  type CommandResult,
} from '../probe/commands.js';
import { parseDeepLink } from '../probe/deep-link.js';
import { ELEMENTS, LIMITS } from '../probe/limits.js';
import { pageAnswer } from '../probe/pages.js';
import {
  requestSchema,
  type ProbeAnswer,
  type ProbeFailure,
  type ProbeRequest,
  type ProbeState,
} from '../probe/protocol.js';
import type { AppContext, AppProgram, Program, ScreenElement } from './app-program.js';
import { fetchRequest } from './fetch-request.js';
import { CommandFailure, HANDLERS } from './probe-commands/index.js';

/** A result on its way out of a probe, which whoever composes a lab may falsify. */
export type OutgoingResult = {
  [Name in CommandName]: { readonly command: Name; readonly result: CommandResult<Name> };
}[CommandName];

/** Lets a lab's composer make a probe lie, to see whether the harness notices. */
export type Misreport = (outgoing: OutgoingResult) => object;

/** Lets a lab's composer put something else around a probe than its phone. */
export type TamperWithApp = (context: AppContext) => AppContext;

/** How a lab's composer spoils probes, to see whether the harness notices. */
export interface ProbeSpoiling {
  readonly misreport?: Misreport;
  readonly tamperWithApp?: TamperWithApp;
}

/** The probe: the protocol's other side, as a program of virtual phones. */
export function probeProgram(spoiling: ProbeSpoiling = {}): Program {
  const misreport: Misreport = spoiling.misreport ?? (({ result }) => result);
  const tamperWithApp: TamperWithApp = spoiling.tamperWithApp ?? ((context) => context);
  return {
    schemes: ['attestlab-probe'],
    start: (context) => new ProbeApp(tamperWithApp(context), misreport),
  };
}

const NO_ID = toBase64url(new Uint8Array(16));
const OWNER = 'owner';

class ProbeApp implements AppProgram {
  readonly #context: AppContext;
  readonly #misreport: Misreport;
  readonly #seen: string[] = [];
  #state: ProbeState = { v: 1, state: 'idle' };
  #pages: readonly string[] = [];
  #page = 0;
  #isBusy = false;
  /** Id of the request that the screen belongs to; the newest, whatever runs. */
  #current = NO_ID;
  #ended = false;

  constructor(context: AppContext, misreport: Misreport) {
    this.#context = context;
    this.#misreport = misreport;
  }

  openLink(link: string): void {
    if (this.#ended) return;
    const parsed = parseDeepLink(link);
    if (parsed === null) return;
    if (parsed.kind === 'inline') {
      this.#receive(parsed.json, null);
      return;
    }
    const { url, id } = parsed;
    void fetchRequest(url).then((json) => {
      if (this.#ended) return;
      if (json !== null) this.#receive(json, id);
      else this.#refuse(id, 'request_unreachable', 'the one-time URL could not be read');
    });
  }

  screen(): readonly ScreenElement[] {
    return [
      { accessibilityId: ELEMENTS.state, kind: 'text', text: JSON.stringify(this.#state) },
      { accessibilityId: ELEMENTS.page, kind: 'text', text: this.#pages[this.#page] ?? '' },
      { accessibilityId: ELEMENTS.next, kind: 'button', text: 'next' },
    ];
  }

  tap(accessibilityId: string): void {
    if (accessibilityId !== ELEMENTS.next) return;
    this.#page = Math.min(this.#page + 1, Math.max(this.#pages.length - 1, 0));
  }

  end(): void {
    this.#ended = true;
  }

  #receive(json: string, linkId: string | null): void {
    const parsed = parseRequest(json);
    if ('refusal' in parsed || (linkId !== null && parsed.request.id !== linkId)) {
      const refusal = 'refusal' in parsed ? parsed.refusal : 'malformed_request';
      this.#refuse(linkId ?? NO_ID, refusal, 'the request is none of this protocol version');
      return;
    }
    const { request } = parsed;
    if (this.#seen.includes(request.id)) return;
    this.#seen.push(request.id);
    if (this.#seen.length > LIMITS.rememberedIds) this.#seen.shift();
    const refusal = this.#claim(request);
    if (refusal !== null) {
      this.#refuse(request.id, refusal, 'the request is not of the owner of this probe');
    } else if (this.#isBusy) {
      // The owner gave up on the running command: its answer must not replace this one later.
      this.#show(request.id, failed(request.id, { code: 'busy', message: 'a command is running' }));
    } else {
      void this.#run(request);
    }
  }

  #claim(request: ProbeRequest): 'secret_missing' | 'secret_mismatch' | null {
    const digest = createHash('sha256').update(utf8(request.secret)).digest();
    const owner = this.#context.data.get(OWNER);
    if (owner !== undefined) {
      return equalBytes(fromBase64url(owner) ?? new Uint8Array(), digest)
        ? null
        : 'secret_mismatch';
    }
    if (request.command !== 'hello') return 'secret_missing';
    this.#context.data.set(OWNER, toBase64url(digest));
    return null;
  }

  async #run(request: ProbeRequest): Promise<void> {
    const { id } = request;
    this.#isBusy = true;
    this.#current = id;
    this.#turnTo({ v: 1, state: 'busy', id }, []);
    const begunAt = this.#context.stopwatch.nowMs();
    const outcome = await this.#perform(request);
    const ms = this.#context.stopwatch.nowMs() - begunAt;
    this.#isBusy = false;
    if (this.#current === id) this.#show(id, { v: 1, id, ...outcome, ms });
  }

  async #perform(
    request: ProbeRequest,
  ): Promise<
    | { readonly ok: true; readonly result: Record<string, unknown> }
    | { readonly ok: false; readonly error: ProbeFailure }
  > {
    try {
      return { ok: true, result: await this.#dispatch(request) };
    } catch (error) {
      if (error instanceof CommandFailure) return { ok: false, error: error.failure };
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { ok: false, error: { code: 'internal', message } };
    }
  }

  async #dispatch({ command, args }: ProbeRequest): Promise<Record<string, unknown>> {
    if (!isCommandName(command)) {
      throw new CommandFailure('unknown_command', `${command} is no command of version 1`);
    }
    const result = await perform(command, args, this.#context);
    return { ...this.#misreport({ command, result } as OutgoingResult) };
  }

  // A stranger must not be able to wipe the owner's running command off the screen.
  #refuse(id: string, code: ProbeFailure['code'], message: string): void {
    if (!this.#isBusy) this.#show(id, failed(id, { code, message }));
  }

  #show(id: string, answer: ProbeAnswer): void {
    this.#current = id;
    const json = JSON.stringify(answer);
    const fits = utf8(json).length <= LIMITS.answerBytes;
    const tooLarge: ProbeFailure = { code: 'answer_too_large', message: 'the result is too large' };
    const { state, pages } = pageAnswer(id, fits ? json : JSON.stringify(failed(id, tooLarge)));
    this.#turnTo(state, pages);
  }

  #turnTo(state: ProbeState, pages: readonly string[]): void {
    this.#state = state;
    this.#pages = pages;
    this.#page = 0;
  }
}

function failed(id: string, error: ProbeFailure): ProbeAnswer {
  return { v: 1, id, ok: false, error, ms: 0 };
}

async function perform<Name extends CommandName>(
  name: Name,
  args: unknown,
  context: AppContext,
): Promise<CommandResult<Name>> {
  const parsed = argsSchema(name).safeParse(args);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    throw new CommandFailure('invalid_args', `${name} ${place}: ${issue?.message ?? 'invalid'}`);
  }
  return HANDLERS[name](parsed.data, context);
}

function parseRequest(
  json: string,
):
  | { readonly request: ProbeRequest }
  | { readonly refusal: 'malformed_request' | 'version_unsupported' } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { refusal: 'malformed_request' };
  }
  if (!nestsAtMost(value, LIMITS.requestDepth)) return { refusal: 'malformed_request' };
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  const [issue, ...others] = parsed.error.issues;
  const isOtherVersion = others.length === 0 && issue?.path[0] === 'v' && 'v' in Object(value);
  return { refusal: isOtherVersion ? 'version_unsupported' : 'malformed_request' };
}

// To its bound and no deeper, so that no request ends the stack.
function nestsAtMost(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => nestsAtMost(inner, depth - 1));
}
