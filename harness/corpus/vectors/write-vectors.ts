import {
  encodeAppraisal,
  FORMATS,
  type AppraisalInput,
  type Format,
} from '../../verifier/index.js';
import { androidKeyVectors } from './android-key.js';
import { assertionVectors } from './app-attest-assertion.js';
import { attestationVectors } from './app-attest-attestation.js';
import { receiptVectors } from './app-attest-receipt.js';
import { csrVectors } from './csr.js';
import type { VectorDraft, VectorFileDraft } from './draft.js';
import { statedPolicy } from './policy-settings.js';
import { playIntegrityVectors } from './play-integrity.js';
import { signedRequestVectors } from './signed-request.js';
import { vectorFileSchema } from './schema.js';

/** Every file of `fixtures/corpus/`, by its name: the same bytes whenever and wherever it is made. */
export function vectorFiles(): ReadonlyMap<string, string> {
  return new Map([
    writtenFile(androidKeyVectors()),
    writtenFile(attestationVectors()),
    writtenFile(assertionVectors()),
    writtenFile(receiptVectors()),
    writtenFile(csrVectors()),
    writtenFile(signedRequestVectors()),
    writtenFile(playIntegrityVectors()),
  ]);
}

function writtenFile<F extends Format>(draft: VectorFileDraft<F>): [name: string, text: string] {
  const { format, description, trust } = draft;
  const checks = FORMATS[format].checks.map(({ id, rule, source, withoutIt }): [string, object] => [
    id,
    { rule, source, withoutIt },
  ]);
  const policies = Object.entries(draft.policies).map(([name, policy]): [string, object] => [
    name,
    statedPolicy(policy, format),
  ]);
  const file = {
    ...{ version: 1, format, description, checks: Object.fromEntries<object>(checks) },
    ...{ policies: Object.fromEntries<object>(policies), trust },
    vectors: draft.vectors.map((vector) => writtenVector(vector, draft.policies)),
  };
  // The schema orders the members, and refuses what a reader of the file would not understand.
  return [`${format}.json`, `${JSON.stringify(vectorFileSchema.parse(file), null, 2)}\n`];
}

function writtenVector<F extends Format>(
  vector: VectorDraft<F>,
  policies: VectorFileDraft<F>['policies'],
) {
  const { id, description, role, checks, policy, trust, now, answer } = vector;
  const applied = policies[policy];
  if (applied === undefined) throw new Error(`vector ${id}: no policy ${policy}`);
  // Evidence and expectation are of one format, which the draft's type sees to.
  const input = { ...vector, policy: applied } as unknown as AppraisalInput;
  const { evidence, expected } = encodeAppraisal(input);
  return {
    ...{ id, description, shows: { as: role, checks } },
    ...{ evidence, expected, policy, trust, now: now.toISOString(), answer },
  };
}
