import { HarnessError } from '../../errors.js';
import type { CommandArgs } from '../../probe/index.js';
import type { ProbeWords } from './probe-words.js';

const NOBODY_THERE: ReadonlySet<string> = new Set(['resolve', 'connect']);

/**
 * Has the phone send a request. An error where it did not come to the server: whom nobody met has
 * turned nobody away, and was not turned away.
 */
export async function sendTo(probe: ProbeWords, request: CommandArgs<'request.send'>) {
  const sent = await probe.ask('request.send', request);
  if (sent.outcome === 'failed' && NOBODY_THERE.has(sent.phase)) {
    const message = `${request.url}: ${sent.phase} failed: ${sent.error}`;
    throw new HarnessError('ERR_RELYING_PARTY', message);
  }
  return sent;
}
