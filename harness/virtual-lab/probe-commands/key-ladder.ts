import { toBase64url } from '../../encoding/bytes.js';
import type { KeyAttempt } from '../../probe/values.js';
import type { AppContext } from '../app-program.js';
import { KeystoreException, type GeneratedKey, type KeyLevel } from '../secure-hardware/index.js';
import { argumentBytes } from './arguments.js';
import { forgetCertificate } from './certificates.js';
import { CommandFailure, platformDetails } from './command-failure.js';
import type { Handler } from './handler.js';
import { generatedKey } from './hookable.js';

/** Pauses before a rung that failed for the moment is tried again. */
const RETRY_PAUSES_MS = [250, 500, 1000] as const;

/**
 * Goes down the ladder until a rung yields a key. Only a lasting failure leads to the next rung: a
 * moment's weakness of the better hardware must not end in a key of the worse.
 */
export const generate: Handler<'key.generate'> = async (args, context) => {
  const { alias, algorithm, ladder, digests } = args;
  const foreign = ladder.find((level) => !context.keys.levels.includes(level));
  if (foreign !== undefined) {
    throw new CommandFailure('unsupported', `${context.device.platform} has no ${foreign}`);
  }
  const challenge =
    args.challenge === undefined ? {} : { challenge: argumentBytes('challenge', args.challenge) };
  const attempts: KeyAttempt[] = [];
  for (const level of ladder) {
    const rung = await climb(context, attempts, level, () =>
      generatedKey(context, { alias, algorithm, level, digests, ...challenge }),
    );
    if (rung === 'lower') continue;
    if (rung === 'stop') break;
    forgetCertificate(context, alias);
    return described(rung, attempts);
  }
  throw new CommandFailure('key_generation_failed', 'no rung of the ladder yielded a key', {
    attempts,
  });
};

async function climb(
  context: AppContext,
  attempts: KeyAttempt[],
  level: KeyLevel,
  make: () => Promise<GeneratedKey>,
): Promise<GeneratedKey | 'lower' | 'stop'> {
  for (let tries = 0; ; tries++) {
    const begunAt = context.stopwatch.nowMs();
    try {
      const key = await make();
      attempts.push({ level, ok: true, ms: context.stopwatch.nowMs() - begunAt });
      return key;
    } catch (error) {
      if (!(error instanceof KeystoreException)) throw error;
      const ms = context.stopwatch.nowMs() - begunAt;
      const { message } = error;
      attempts.push({ level, ok: false, ms, message, ...platformDetails(error) });
      if (!error.transient) return 'lower';
      const pauseMs = RETRY_PAUSES_MS[tries];
      if (pauseMs === undefined) return 'stop';
      await context.pause(pauseMs);
    }
  }
}

function described(key: GeneratedKey, attempts: readonly KeyAttempt[]) {
  const chain = key.attestationChain;
  return {
    level: key.level,
    attempts,
    spki: toBase64url(key.spki),
    ...(chain === undefined ? {} : { attestationChain: chain.map(toBase64url) }),
  };
}
