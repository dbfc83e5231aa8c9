import type { z } from 'zod';
import { POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import {
  androidKeyPolicySchema,
  appAttestPolicySchema,
  playIntegrityPolicySchema,
} from '../verifier/policy-schema.js';
import type { CorpusCase } from './case.js';
import type { Unsupported } from './inputs.js';

// A case's words are the settings of its format, as policy files have them.
const SETTINGS = {
  androidKey: androidKeyPolicySchema.partial(),
  appAttest: appAttestPolicySchema.partial(),
  playIntegrity: playIntegrityPolicySchema.partial(),
} as const;

/** The policy of a case: a shipped one, with the settings of one section that the case changes. */
export function casePolicy(
  { policyId, policyWords }: Pick<CorpusCase, 'policyId' | 'policyWords'>,
  section: keyof typeof SETTINGS,
): AppraisalPolicy | Unsupported {
  const base = POLICIES[policyId];
  const read: z.ZodSafeParseResult<object> = SETTINGS[section].safeParse(policyWords);
  if (read.success) return { ...base, [section]: { ...base[section], ...read.data } };
  const [issue] = read.error.issues;
  const word = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
  const name = String(word ?? '');
  return { unsupported: `policy ${name}: ${JSON.stringify(policyWords[name])}` };
}
