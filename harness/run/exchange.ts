import { z } from 'zod';
import { checkResultSchema } from '../expectation/observation.js';
import type { Answer } from '../relying-party/index.js';
import type { Exchange } from './control-protocol.js';

const checks = z.array(checkResultSchema);

/** An answer of the relying party as stories see and journals keep it. */
export function exchangeOf(answer: Answer<object>): Exchange {
  const { status } = answer;
  if (answer.outcome === 'accepted') {
    return { status, code: null, checks: [], body: { ...answer.value } };
  }
  const { problem } = answer;
  return {
    ...{ status, code: problem.code, body: { ...problem } },
    checks: checks.parse(problem.checks ?? []),
  };
}
