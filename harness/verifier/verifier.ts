import { productVersion } from '../product.js';
import type { TrustSet } from '../trust/trust-set.js';
import { decide } from './engine.js';
import { FORMATS, type Exchanges, type Format } from './formats.js';
import type { SignatureMemo } from './memo.js';
import { demands, type AppraisalPolicy } from './policy.js';
import type { AttestationResult } from './result.js';

/** Evidence of one format, what it is compared with, and under which policy at which time. */
export interface AppraisalInputOf<F extends Format> {
  readonly evidence: Exchanges[F]['evidence'];
  readonly expected: Exchanges[F]['expected'];
  readonly policy: AppraisalPolicy;
  /** The time to appraise for; the verifier itself has no clock. */
  readonly now: Date;
}

/** An input of any format. */
export type AppraisalInput = { readonly [F in Format]: AppraisalInputOf<F> }[Format];

/** The reference verifier: a function of its arguments, without clock, network or state of its own. */
export interface Verifier {
  appraise(input: AppraisalInput): AttestationResult;
}

/** A verifier that relies on `trust`. The memo saves work and never changes a result. */
export function createVerifier(options: {
  readonly trust: TrustSet;
  readonly memo?: SignatureMemo;
}): Verifier {
  const { trust, memo = null } = options;
  return {
    appraise(input) {
      const { policy, now } = input;
      const { checks, claims } = runFormat(input.evidence.format, input, { trust, memo });
      return {
        format: input.evidence.format,
        verdict: decide(checks, demands(policy)),
        checks,
        claims,
        policyId: policy.id,
        now: now.toISOString(),
        verifierVersion: productVersion,
      };
    },
  };
}

function runFormat<F extends Format>(
  format: F,
  { evidence, expected, policy, now }: AppraisalInputOf<F>,
  { trust, memo }: { readonly trust: TrustSet; readonly memo: SignatureMemo | null },
) {
  return FORMATS[format].run({ evidence, expected, policy, now, trust, memo });
}
