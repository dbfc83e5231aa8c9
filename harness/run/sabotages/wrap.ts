import type { RelyingPartyOptions } from '../../relying-party/options.js';
import type { CheckId } from '../../verifier/check-ids.js';
import { decide } from '../../verifier/engine.js';
import { demands } from '../../verifier/policy.js';
import type { CheckResult } from '../../verifier/result.js';
import type { AppraisalInput, Verifier } from '../../verifier/verifier.js';

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

/** A verifier that finds one check failed on certain evidence, whatever it is. */
export function misjudging(
  misjudged: CheckId,
  isMisjudged: (input: AppraisalInput) => boolean,
): (appraise: Appraise) => Appraise {
  return (appraise) => (input) => {
    const result = appraise(input);
    if (!isMisjudged(input)) return result;
    const checks = result.checks.map((check): CheckResult =>
      check.id === misjudged
        ? { id: check.id, status: 'failed', expected: 'something else', actual: 'this' }
        : check,
    );
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

/** A relying party whose store does some things otherwise. */
export function withStore(
  spoilt: Partial<RelyingPartyOptions['store']>,
): (options: RelyingPartyOptions) => RelyingPartyOptions {
  return (options) => ({
    ...options,
    store: new Proxy(options.store, {
      get(target, name) {
        if (Object.hasOwn(spoilt, name)) return Reflect.get(spoilt, name) as unknown;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    }),
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
