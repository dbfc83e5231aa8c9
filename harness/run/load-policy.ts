import { jsonSchemaText, loadYaml } from '../configuration.js';
import { HarnessError } from '../errors.js';
import {
  POLICIES,
  policyFileSchema,
  policyFromFile,
  type AppraisalPolicy,
  type PolicyName,
} from '../verifier/index.js';

/** A policy and where it comes from. */
export interface LoadedPolicy {
  readonly policy: AppraisalPolicy;
  /** Null for a shipped policy. */
  readonly file: {
    readonly path: string;
    /** SHA-256 of the file's bytes, lower-case hex. */
    readonly sha256: string;
    readonly extends: PolicyName;
    readonly description: string | null;
  } | null;
}

/** The policy of a name or of a file that ends in `.yaml`; `asked` says who asks, for the error. */
export function loadPolicy(
  nameOrFile: string,
  asked: { readonly by: string; readonly code: 'ERR_USAGE' | 'ERR_FILE_INVALID' },
): LoadedPolicy {
  if (nameOrFile.endsWith('.yaml')) return loadPolicyFile(nameOrFile);
  if (isShipped(nameOrFile)) return { policy: POLICIES[nameOrFile], file: null };
  const known = Object.keys(POLICIES).join(', ');
  throw new HarnessError(
    asked.code,
    `${asked.by}: no such policy "${nameOrFile}"; known policies: ${known}, or a file that ends in .yaml`,
  );
}

/** The JSON Schema of policy files, by its place under `fixtures/schemas/`. */
export function policySchemaFiles(): ReadonlyMap<string, string> {
  return new Map([['policy.schema.json', jsonSchemaText(policyFileSchema, 'Appraisal policy')]]);
}

function loadPolicyFile(path: string): LoadedPolicy {
  const file = loadYaml(path, policyFileSchema);
  const { value, sha256 } = file;
  const read = policyFromFile(value);
  if ('problem' in read) throw file.invalid(read.problem.path, read.problem.message);
  const { extends: base, description = null } = value;
  return { policy: read.policy, file: { path, sha256, extends: base, description } };
}

function isShipped(name: string): name is PolicyName {
  return Object.hasOwn(POLICIES, name);
}
