import { fromBase64 } from '../encoding/bytes.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../evidence/app-attest/index.js';
import type { TrustSet } from '../trust/index.js';
import { POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import type { AppAttestEnvironment } from '../verifier/policy.js';
import { readAnchors } from './anchors.js';
import type { CorpusCase } from './case.js';
import { Inputs, type Unsupported } from './inputs.js';
import { casePolicy } from './policy-words.js';
import type { CaseContext, PreparedCase, ReadFile } from './prepared-case.js';

/** Inputs that say what the others were made of; they take no part. */
const INFORMATIVE = ['teamId', 'bundleId', 'challengeHex', 'clientDataHex'];

/** Inputs that any of the three kinds may state. */
const SHARED = ['trustAnchors'];

/** Prepares a case of an App Attest attestation. */
export function appAttestAttestationCase(
  corpusCase: CorpusCase,
  context: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'keyId', 'clientDataHashHex', 'verificationTime', 'allowedEnvironment'];
  const unsupported = unsupportedBy(inputs, known);
  if (unsupported !== null) return unsupported;
  const policy = policyOf(corpusCase, inputs);
  if ('unsupported' in policy) return policy;
  return {
    input: {
      evidence: parseAppAttestAttestation(readEvidence(corpusCase, context.readFile)),
      expected: {
        appIds: [inputs.requiredText('appId')],
        keyId: inputs.requiredBase64('keyId'),
        clientDataHash: inputs.requiredHex('clientDataHashHex'),
      },
      policy,
      now: inputs.requiredTime('verificationTime'),
    },
    trust: trustOf(inputs, context, 'appAttestAnchors'),
  };
}

/** Prepares a case of an App Attest assertion. */
export function appAttestAssertionCase(
  corpusCase: CorpusCase,
  { trust, readFile }: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'publicKeyHex', 'clientDataHashHex', 'previousCounter'];
  const unsupported = unsupportedBy(inputs, known);
  if (unsupported !== null) return unsupported;
  const policy = casePolicy(corpusCase, 'appAttest');
  if ('unsupported' in policy) return policy;
  return {
    input: {
      evidence: parseAppAttestAssertion(readEvidence(corpusCase, readFile)),
      expected: {
        appIds: [inputs.requiredText('appId')],
        publicKey: inputs.requiredHex('publicKeyHex'),
        clientDataHash: inputs.requiredHex('clientDataHashHex'),
        previousCounter: inputs.number('previousCounter') ?? null,
      },
      policy,
      // An assertion carries no time, and no check of one looks at it.
      now: new Date(0),
    },
    trust,
  };
}

/** Prepares a case of an App Attest receipt. */
export function appAttestReceiptCase(
  corpusCase: CorpusCase,
  context: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'publicKeyHex', 'verificationTime', 'maxAgeSeconds'];
  const unsupported = unsupportedBy(inputs, known);
  if (unsupported !== null) return unsupported;
  const [word] = Object.keys(corpusCase.policyWords);
  if (word !== undefined) return { unsupported: `policy ${word}` };
  const appId = inputs.text('appId');
  const publicKey = inputs.hex('publicKeyHex');
  const maxAgeSeconds = inputs.number('maxAgeSeconds');
  return {
    input: {
      evidence: parseAppAttestReceipt(readEvidence(corpusCase, context.readFile)),
      expected: {
        ...(appId === undefined ? {} : { appIds: [appId] }),
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      },
      policy: POLICIES[corpusCase.policyId],
      now: inputs.requiredTime('verificationTime'),
    },
    trust: trustOf(inputs, context, 'receiptAnchors'),
  };
}

function policyOf(corpusCase: CorpusCase, inputs: Inputs): AppraisalPolicy | Unsupported {
  const policy = casePolicy(corpusCase, 'appAttest');
  const allowed = inputs.text('allowedEnvironment');
  if ('unsupported' in policy || allowed === undefined) return policy;
  if (!isEnvironment(allowed)) return { unsupported: `allowedEnvironment ${allowed}` };
  return { ...policy, appAttest: { ...policy.appAttest, environments: [allowed] } };
}

function trustOf(
  inputs: Inputs,
  { trust, readFile }: CaseContext,
  group: 'appAttestAnchors' | 'receiptAnchors',
): TrustSet {
  const file = inputs.text('trustAnchors');
  return file === undefined ? trust : { ...trust, [group]: readAnchors(file, readFile) };
}

function isEnvironment(text: string): text is AppAttestEnvironment {
  return text === 'development' || text === 'production';
}

function unsupportedBy(inputs: Inputs, known: readonly string[]): Unsupported | null {
  const [unknown] = inputs.unknown([...known, ...SHARED, ...INFORMATIVE]);
  return unknown === undefined ? null : { unsupported: `input ${unknown}` };
}

function readEvidence({ files }: CorpusCase, readFile: ReadFile): Uint8Array {
  const [file = ''] = files;
  const bytes = readFile(file);
  if (!file.endsWith('.b64')) return bytes;
  // What does not decode is bad evidence, and left for the parser to say so.
  return fromBase64(new TextDecoder().decode(bytes).replace(/\s/g, '')) ?? bytes;
}
