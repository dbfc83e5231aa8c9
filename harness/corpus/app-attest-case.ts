import { fromBase64 } from '../encoding/bytes.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../evidence/app-attest/index.js';
import { POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import type { AppAttestEnvironment } from '../verifier/policy.js';
import type { CorpusCase } from './case.js';
import { Inputs, type Unsupported } from './inputs.js';
import type { CaseContext, PreparedCase, ReadFile } from './prepared-case.js';

/** Inputs that say what the others were made of; they take no part. */
const INFORMATIVE = ['teamId', 'bundleId', 'challengeHex', 'clientDataHex', 'construction'];

/** Prepares a case of an App Attest attestation. */
export function appAttestAttestationCase(
  corpusCase: CorpusCase,
  { trust, readFile }: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'keyId', 'clientDataHashHex', 'verificationTime', 'allowedEnvironment'];
  const unsupported = unsupportedBy(corpusCase, inputs, known);
  if (unsupported !== null) return unsupported;
  const policy = policyOf(corpusCase, inputs);
  if ('unsupported' in policy) return policy;
  return {
    input: {
      evidence: parseAppAttestAttestation(readEvidence(corpusCase, readFile)),
      expected: {
        appIds: [inputs.requiredText('appId')],
        keyId: inputs.requiredBase64('keyId'),
        clientDataHash: inputs.requiredHex('clientDataHashHex'),
      },
      policy,
      now: inputs.requiredTime('verificationTime'),
    },
    trust,
  };
}

/** Prepares a case of an App Attest assertion. */
export function appAttestAssertionCase(
  corpusCase: CorpusCase,
  { trust, readFile }: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'publicKeyHex', 'clientDataHashHex', 'previousCounter'];
  const unsupported = unsupportedBy(corpusCase, inputs, known);
  if (unsupported !== null) return unsupported;
  return {
    input: {
      evidence: parseAppAttestAssertion(readEvidence(corpusCase, readFile)),
      expected: {
        appIds: [inputs.requiredText('appId')],
        publicKey: inputs.requiredHex('publicKeyHex'),
        clientDataHash: inputs.requiredHex('clientDataHashHex'),
        previousCounter: inputs.number('previousCounter') ?? null,
      },
      policy: POLICIES[corpusCase.policyId],
      // An assertion carries no time, and no check of one looks at it.
      now: new Date(0),
    },
    trust,
  };
}

/** Prepares a case of an App Attest receipt. */
export function appAttestReceiptCase(
  corpusCase: CorpusCase,
  { trust, readFile }: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const known = ['appId', 'publicKeyHex', 'verificationTime', 'maxAgeSeconds'];
  const unsupported = unsupportedBy(corpusCase, inputs, known);
  if (unsupported !== null) return unsupported;
  const appId = inputs.text('appId');
  const publicKey = inputs.hex('publicKeyHex');
  const maxAgeSeconds = inputs.number('maxAgeSeconds');
  return {
    input: {
      evidence: parseAppAttestReceipt(readEvidence(corpusCase, readFile)),
      expected: {
        ...(appId === undefined ? {} : { appIds: [appId] }),
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      },
      policy: POLICIES[corpusCase.policyId],
      now: inputs.requiredTime('verificationTime'),
    },
    trust,
  };
}

function policyOf({ policyId }: CorpusCase, inputs: Inputs): AppraisalPolicy | Unsupported {
  const allowed = inputs.text('allowedEnvironment');
  if (allowed === undefined) return POLICIES[policyId];
  if (!isEnvironment(allowed)) return { unsupported: `allowedEnvironment ${allowed}` };
  const policy = POLICIES[policyId];
  return { ...policy, appAttest: { ...policy.appAttest, environments: [allowed] } };
}

function isEnvironment(text: string): text is AppAttestEnvironment {
  return text === 'development' || text === 'production';
}

function unsupportedBy(
  { policyWords }: CorpusCase,
  inputs: Inputs,
  known: readonly string[],
): Unsupported | null {
  const [unknown] = inputs.unknown([...known, ...INFORMATIVE]);
  if (unknown !== undefined) return { unsupported: `input ${unknown}` };
  const [word] = Object.keys(policyWords);
  return word === undefined ? null : { unsupported: `policy ${word}` };
}

function readEvidence({ files }: CorpusCase, readFile: ReadFile): Uint8Array {
  const [file = ''] = files;
  const bytes = readFile(file);
  if (!file.endsWith('.b64')) return bytes;
  // What does not decode is bad evidence, and left for the parser to say so.
  return fromBase64(new TextDecoder().decode(bytes).replace(/\s/g, '')) ?? bytes;
}
