import { z } from 'zod';
import { EMBEDDED_RECEIPT } from './app-attest/demands.js';
import type { CheckId } from './check-ids.js';
import { FORMATS } from './formats.js';
import { POLICIES, type PolicyName } from './policies.js';
import { demands, type AppraisalPolicy, type Demand } from './policy.js';
import {
  androidKeyChangesSchema,
  appAttestPolicySchema,
  playIntegrityPolicySchema,
  policySchema,
  signedRequestPolicySchema,
} from './policy-schema.js';

const formats = Object.values(FORMATS);
const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];

// Rules of the relying party's own are no matter of an appraisal policy, and so are no choice here.
const checkIds = z
  .array(z.enum(formats.flatMap(({ checks }) => checks.map(({ id }) => id))))
  .default([])
  .readonly();

/** A policy file: one of the shipped policies, with changes. */
export const policyFileSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens')
      .describe('the name that results and reports show'),
    description: z.string().min(1).exactOptional(),
    extends: z.enum(POLICY_NAMES).describe('the policy that holds where the file says nothing'),
    required: checkIds.describe('checks that must have passed'),
    enforced: checkIds.describe('checks that must not fail or stay open, but may not apply'),
    reported: checkIds.describe('checks that inform and decide nothing'),
    androidKey: androidKeyChangesSchema.exactOptional(),
    appAttest: appAttestPolicySchema.partial().exactOptional(),
    playIntegrity: playIntegrityPolicySchema.partial().exactOptional(),
    signedRequest: signedRequestPolicySchema.partial().exactOptional(),
  })
  .readonly();

/** The content of a policy file. */
export type PolicyFile = z.infer<typeof policyFileSchema>;

/** Why a policy file that fits its schema makes no policy, and where in the file. */
export interface PolicyProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const DEMANDS = ['required', 'enforced', 'reported'] as const satisfies readonly Demand[];

/** The policy of a file, or the first thing that is wrong with it. */
export function policyFromFile(
  file: PolicyFile,
): { readonly policy: AppraisalPolicy } | { readonly problem: PolicyProblem } {
  const base = POLICIES[file.extends];
  const demandOf = new Map<CheckId, Demand>();
  for (const demand of DEMANDS) {
    for (const [index, id] of file[demand].entries()) {
      if (demandOf.has(id)) {
        return wrong([demand, index], `"${id}" is listed twice; keep one of the two`);
      }
      demandOf.set(id, demand);
    }
  }
  if (Object.hasOwn(POLICIES, file.id)) {
    return wrong(['id'], `"${file.id}" is a policy that is shipped; choose another id`);
  }
  if (file.appAttest?.environments?.length === 0) {
    return wrong(['appAttest', 'environments'], 'allows none; name production or development');
  }
  const unjudged =
    file.appAttest?.embeddedReceipt === 'not-judged'
      ? EMBEDDED_RECEIPT.find((id) => (demandOf.get(id) ?? demands(base)(id)) === 'required')
      : undefined;
  if (unjudged !== undefined) {
    return wrong(
      ['appAttest', 'embeddedReceipt'],
      `"${unjudged}" is required; list it as reported, or have the receipt judged`,
    );
  }
  const ids = formats.flatMap(({ checks }) => checks.map(({ id }) => id));
  const before = demands(base);
  const listed = (demand: Demand): readonly CheckId[] =>
    ids.filter((id) => (demandOf.get(id) ?? before(id)) === demand);
  const policy: AppraisalPolicy = policySchema.parse({
    id: file.id,
    required: listed('required'),
    reported: listed('reported'),
    androidKey: {
      ...{ ...base.androidKey, ...file.androidKey },
      minimumPatchLevel: {
        ...base.androidKey.minimumPatchLevel,
        ...file.androidKey?.minimumPatchLevel,
      },
    },
    appAttest: { ...base.appAttest, ...file.appAttest },
    signedRequest: { ...base.signedRequest, ...file.signedRequest },
    playIntegrity: { ...base.playIntegrity, ...file.playIntegrity },
  });
  const idle = formats.find(({ checks }) => !checks.some(({ id }) => policy.required.includes(id)));
  if (idle === undefined) return { policy };
  return wrong(
    file.enforced.length > 0 ? ['enforced'] : ['reported'],
    `no check of ${idle.format} is required any more, so none of its evidence would ever be ` +
      'accepted; leave at least one required',
  );
}

function wrong(path: readonly PropertyKey[], message: string): { readonly problem: PolicyProblem } {
  return { problem: { path, message } };
}
