import { CommandFailure, refusedAs } from './command-failure.js';
import type { Handler } from './handler.js';

/** Has Play make a token; whether to try again is the host's to decide. */
export const requestVerdict: Handler<'playintegrity.request'> = async (args, { play }) => {
  if (play === null) {
    throw new CommandFailure('unsupported', 'Play Integrity is a service of Android');
  }
  return { token: await refusedAs('play_integrity_failed', () => play.request(args)) };
};
