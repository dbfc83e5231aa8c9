import type { z } from 'zod';
import { ERRORS, HarnessError, type ErrorCode } from '../errors.js';
import {
  CONTROL_ENV,
  CONTROL_ROUTES,
  type ControlAnswer,
  type ControlRequest,
  type ControlRoute,
} from './control-protocol.js';

/** A worker's side of the control API. */
export interface ControlClient {
  ask<Route extends ControlRoute>(
    route: Route,
    request: ControlRequest<Route>,
  ): Promise<ControlAnswer<Route>>;
}

/** The client of the run that started this process, or null where none did. */
export function controlClientFromEnv(env: NodeJS.ProcessEnv): ControlClient | null {
  const url = env[CONTROL_ENV.url];
  const token = env[CONTROL_ENV.token];
  return url === undefined || token === undefined ? null : createControlClient({ url, token });
}

/** Speaks to the control API at `url`. */
export function createControlClient(door: {
  readonly url: string;
  readonly token: string;
}): ControlClient {
  return {
    async ask(route, request) {
      const body = await post(door, route, request);
      const schema = CONTROL_ROUTES[route].answer as unknown as z.ZodType<
        ControlAnswer<typeof route>
      >;
      return schema.parse(body);
    },
  };
}

async function post(
  door: { readonly url: string; readonly token: string },
  route: ControlRoute,
  request: unknown,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${door.url}/v1/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
  } catch (error) {
    throw new HarnessError('ERR_CANCELLED', 'the run that started this worker is gone', {
      cause: error,
    });
  }
  const body: unknown = await response.json();
  if (!response.ok) throw carried(route, body);
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
