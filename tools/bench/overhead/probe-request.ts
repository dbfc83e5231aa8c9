import { inlineLink, parseDeepLink } from '../../../harness/probe/deep-link.js';
import { deepLinkOf, withLink } from './deep-link-command.js';
import type { RecordedCommand } from './recording.js';

/** A probe's request as a recorded command carried it, in its deep link or behind its one-time URL. */
export interface CarriedRequest {
  readonly id: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The request that a command carried, or null where it carried none. */
export function requestOf({ body, hosted }: RecordedCommand): CarriedRequest | null {
  const command = deepLinkOf(body);
  const link = command === null ? null : parseDeepLink(command.url);
  const json = link?.kind === 'inline' ? link.json : hosted;
  return json === null ? null : (JSON.parse(json) as CarriedRequest);
}

/**
 * The same command, with its HTTPS request sent without a client certificate. Keys of a replay are
 * others than those for which certificates were issued: the request would never leave the phone.
 */
export function withoutClient(recorded: RecordedCommand): RecordedCommand {
  const request = requestOf(recorded);
  if (request?.command !== 'request.send') return recorded;
  const { clientAlias, ...args } = request.args;
  if (clientAlias === undefined) return recorded;
  const json = JSON.stringify({ ...request, args });
  if (recorded.hosted !== null) return { ...recorded, hosted: json };
  const command = deepLinkOf(recorded.body);
  const link = inlineLink(json);
  // It has become shorter, so it fits where it was.
  if (command === null || link === null) throw new Error('a request does not fit its own link');
  return { ...recorded, body: withLink(command, link) };
}
