import { HarnessError } from '../errors.js';
import { utf8Text } from '../encoding/bytes.js';
import { loadPublicKey } from '../encoding/signature.js';
import { playIntegrityToken } from '../evidence/play-integrity/index.js';
import { POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import type { CorpusCase } from './case.js';
import { Inputs, type Unsupported } from './inputs.js';
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
  'construction',
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
  const token = utf8Text(readFile(file))?.trim();
  const verificationKey = loadPublicKey(inputs.requiredBase64('verificationKeyBase64'));
  if (token === undefined || verificationKey === null) {
    throw new HarnessError('ERR_FILE_INVALID', `vector ${corpusCase.id}: no token or no key`);
  }
  const nonce = inputs.text('nonce');
  const requestHash = inputs.text('requestHash');
  const packageName = inputs.text('packageName');
  const digest = inputs.text('certificateSha256Digest');
  return {
    input: {
      evidence: playIntegrityToken(token),
      expected: {
        ...(nonce === undefined ? {} : { nonce }),
        ...(requestHash === undefined ? {} : { requestHash }),
        ...(packageName === undefined ? {} : { packageNames: [packageName] }),
        ...(digest === undefined ? {} : { certificateDigests: [digest] }),
      },
      policy,
      now: inputs.requiredTime('verificationTime'),
    },
    trust: {
      ...trust,
      playIntegrityKeys: {
        decryptionKey: inputs.requiredBase64('decryptionKeyBase64'),
        verificationKey,
      },
    },
  };
}

function policyOf(
  { policyId, policyWords }: CorpusCase,
  inputs: Inputs,
): AppraisalPolicy | Unsupported {
  const { licensing, ...others } = policyWords;
  const [word] = Object.keys(others);
  if (word !== undefined) return { unsupported: `policy ${word}` };
  if (licensing !== undefined && licensing !== 'required' && licensing !== 'ignored') {
    return { unsupported: `policy licensing: ${JSON.stringify(licensing)}` };
  }
  const policy = POLICIES[policyId];
  const maxAgeSeconds = inputs.number('maxAgeSeconds');
  return {
    ...policy,
    playIntegrity: {
      ...policy.playIntegrity,
      ...(licensing === undefined ? {} : { licensing }),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeMs: maxAgeSeconds * 1000 }),
    },
  };
}
