import { utf8Text } from '../encoding/bytes.js';
import { loadPublicKey } from '../encoding/signature.js';
import {
  playIntegrityPayload,
  playIntegrityToken,
  type PlayIntegrityEvidence,
} from '../evidence/play-integrity/index.js';
import type { TrustSet } from '../trust/index.js';
import type { AppraisalPolicy } from '../verifier/index.js';
import type { CorpusCase } from './case.js';
import { Inputs, InvalidInput, type Unsupported } from './inputs.js';
import { casePolicy } from './policy-words.js';
import type { CaseContext, PreparedCase } from './prepared-case.js';

const KNOWN = [
  'packageName',
  'requestHash',
  'nonce',
  'certificateSha256Digest',
  'decryptionKeyBase64',
  'verificationKeyBase64',
  'verificationTime',
  'maxAgeSeconds',
];

/** Prepares a case of a Play Integrity token, which is opened with the keys that the case gives. */
export function playIntegrityCase(
  corpusCase: CorpusCase,
  { trust, readFile }: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const [unknown] = inputs.unknown(KNOWN);
  if (unknown !== undefined) return { unsupported: `input ${unknown}` };
  const policy = policyOf(corpusCase, inputs);
  if ('unsupported' in policy) return policy;
  const [file = ''] = corpusCase.files;
  const evidence = readEvidence(readFile(file));
  const nonce = inputs.text('nonce');
  const requestHash = inputs.text('requestHash');
  const packageName = inputs.text('packageName');
  const digest = inputs.text('certificateSha256Digest');
  return {
    input: {
      evidence,
      expected: {
        ...(nonce === undefined ? {} : { nonce }),
        ...(requestHash === undefined ? {} : { requestHash }),
        ...(packageName === undefined ? {} : { packageNames: [packageName] }),
        ...(digest === undefined ? {} : { certificateDigests: [digest] }),
      },
      policy,
      now: inputs.requiredTime('verificationTime'),
    },
    trust: evidence.form === 'classic-token' ? trustOf(inputs, trust) : trust,
  };
}

// What is no text, or no token, is bad evidence: the verifier has to say so.
function readEvidence(bytes: Uint8Array): PlayIntegrityEvidence {
  const text = (utf8Text(bytes) ?? new TextDecoder('latin1').decode(bytes)).trim();
  return text.startsWith('{') ? playIntegrityPayload(text) : playIntegrityToken(text);
}

function trustOf(inputs: Inputs, trust: TrustSet): TrustSet {
  const verificationKey = loadPublicKey(inputs.requiredBase64('verificationKeyBase64'));
  if (verificationKey === null) throw new InvalidInput('verificationKeyBase64', 'is no public key');
  const decryptionKey = inputs.requiredBase64('decryptionKeyBase64');
  return { ...trust, playIntegrityKeys: { decryptionKey, verificationKey } };
}

function policyOf(corpusCase: CorpusCase, inputs: Inputs): AppraisalPolicy | Unsupported {
  const policy = casePolicy(corpusCase, 'playIntegrity');
  const maxAgeSeconds = inputs.number('maxAgeSeconds');
  if ('unsupported' in policy || maxAgeSeconds === undefined) return policy;
  return {
    ...policy,
    playIntegrity: { ...policy.playIntegrity, maxAgeMs: maxAgeSeconds * 1000 },
  };
}
