import { Agent } from 'node:http';
import type { z } from 'zod';
import { ERRORS, HarnessError, type ErrorCode } from '../errors.js';
import { postText, type TextAnswer } from '../virtual-lab/post-text.js';
import {
  CONTROL_ENV,
  CONTROL_ROUTES,
  type ControlAnswer,
  type ControlBody,
  type ControlRequest,
  type ControlRoute,
  type ReportRoute,
} from './control-protocol.js';

/** A worker's side of the control API. */
export interface ControlClient {
  ask<Route extends ControlRoute>(
    route: Route,
    request: ControlRequest<Route>,
  ): Promise<ControlAnswer<Route>>;
  /**
   * Tells the run what needs no answer. It is done before whatever is asked next; an error that it
   * causes is thrown there at the latest. Nothing may count on it before that.
   */
  report<Route extends ReportRoute>(route: Route, request: ControlRequest<Route>): Promise<void>;
}

/** The client of the run that started this process, or null where none did. */
export function controlClientFromEnv(env: NodeJS.ProcessEnv): ControlClient | null {
  const url = env[CONTROL_ENV.url];
  const token = env[CONTROL_ENV.token];
  return url === undefined || token === undefined ? null : createControlClient({ url, token });
}

/** Speaks to the control API at `url`. Reports travel with the next question: a round trip for each would cost most. */
export function createControlClient(door: Door): ControlClient {
  const agent = new Agent({ keepAlive: true });
  let reports: ControlBody['reports'] = [];
  return {
    async ask(route, request) {
      const sent = { reports, asked: request };
      reports = [];
      const body = await post({ ...door, agent }, route, sent);
      const schema = CONTROL_ROUTES[route].answer as unknown as z.ZodType<
        ControlAnswer<typeof route>
      >;
      return schema.parse(body);
    },
    report(route, request) {
      reports.push({ route, request });
      return Promise.resolve();
    },
  };
}

interface Door {
  readonly url: string;
  readonly token: string;
}

async function post(
  door: Door & { readonly agent: Agent },
  route: ControlRoute,
  sent: ControlBody,
): Promise<unknown> {
  let response: TextAnswer;
  try {
    response = await postText(`${door.url}/v1/${route}`, door, JSON.stringify(sent));
  } catch (error) {
    throw new HarnessError('ERR_CANCELLED', 'the run that started this worker is gone', {
      cause: error,
    });
  }
  const body: unknown = JSON.parse(response.text);
  if (response.status !== 200) throw carried(route, body);
  return body;
}

// An error keeps its code over the wire, so that a lost relying party is no device's fault.
function carried(route: ControlRoute, body: unknown): Error {
  const { code, message } = Object(body) as { code?: unknown; message?: unknown };
  const text = `${route}: ${String(message)}`;
  return isErrorCode(code) ? new HarnessError(code, text) : new Error(text);
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
