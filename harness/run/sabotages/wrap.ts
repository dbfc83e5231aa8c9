import type { RelyingPartyOptions } from '../../relying-party/options.js';
import type { CheckId } from '../../verifier/check-ids.js';
import { decide } from '../../verifier/engine.js';
import { demands } from '../../verifier/policy.js';
import type { CheckResult } from '../../verifier/result.js';
import type { Verifier } from '../../verifier/verifier.js';

type Appraise = Verifier['appraise'];

/** A relying party whose verifier is wrapped. */
export function withVerifier(
  wrap: (appraise: Appraise) => Appraise,
): (options: RelyingPartyOptions) => RelyingPartyOptions {
  return (options) => {
    const { judge } = options;
    return { ...options, judge: { ...judge, appraise: wrap(judge.appraise.bind(judge)) } };
  };
}

/** A verifier that takes one check for passed, as one that forgot to ask it would. */
export function ignoring(ignored: CheckId): (appraise: Appraise) => Appraise {
  return (appraise) => (input) => {
    const result = appraise(input);
    const checks = unasked(result.checks, ignored);
    return { ...result, checks, verdict: decide(checks, demands(input.policy)) };
  };
}

/** A relying party that does not apply one of its own rules. */
export function withoutRule(
  ignored: CheckId,
): (options: RelyingPartyOptions) => RelyingPartyOptions {
  return (options) => ({
    ...options,
    judge: {
      appraise: options.judge.appraise.bind(options.judge),
      rules: (id) => (id === ignored ? 'ignore' : (options.judge.rules?.(id) ?? 'run')),
    },
  });
}

// What was held up by the ignored check alone, at first or second hand, is so no longer. A check is
// listed after those that it needs.
function unasked(checks: readonly CheckResult[], ignored: CheckId): readonly CheckResult[] {
  const free = new Set<CheckId>([ignored]);
  for (const check of checks) {
    if (check.status === 'blocked' && check.by.every((id) => free.has(id))) free.add(check.id);
  }
  return checks.map((check) => (free.has(check.id) ? { id: check.id, status: 'passed' } : check));
}
