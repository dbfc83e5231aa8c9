import { z } from 'zod';
import { checkResultSchema } from '../expectation/observation.js';
import { HarnessError } from '../errors.js';
import type { Answer } from '../relying-party/index.js';
import type { Exchange } from './control-protocol.js';

const checks = z.array(checkResultSchema);

/**
 * An answer of the relying party as stories see and journals keep it; an error where it says of itself
 * that it failed, since that must not look like a refusal.
 */
export function exchangeOf(answer: Answer<object>): Exchange {
  const { status } = answer;
  if (answer.outcome === 'accepted') {
    return { status, code: null, checks: [], body: { ...answer.value } };
  }
  const { problem } = answer;
  // It broke and judged nothing, and says so itself.
  if (status >= 500) {
    const message = `the relying party answered ${status} ${problem.code}: ${problem.detail ?? ''}`;
    throw new HarnessError('ERR_RELYING_PARTY', message);
  }
  return {
    ...{ status, code: problem.code, body: { ...problem } },
    checks: checks.parse(problem.checks ?? []),
  };
}
