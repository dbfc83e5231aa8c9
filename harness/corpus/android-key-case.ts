import { parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { parseAndroidKey, type AndroidKeyEvidence } from '../evidence/android-key/index.js';
import { parseRevocationList, type RevocationSnapshot, type TrustSet } from '../trust/index.js';
import type { CorpusCase } from './case.js';
import { readAnchors } from './anchors.js';
import { Inputs, type Unsupported } from './inputs.js';
import { casePolicy } from './policy-words.js';
import type { CaseContext, PreparedCase, ReadFile } from './prepared-case.js';

const KNOWN_INPUTS = [
  'verificationTime',
  'challengeHex',
  'packageName',
  'trustAnchors',
  'statusList',
];

/** Prepares a case of Android Key Attestation. */
export function androidKeyCase(
  corpusCase: CorpusCase,
  context: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const [unknown] = inputs.unknown(KNOWN_INPUTS);
  if (unknown !== undefined) return { unsupported: `input ${unknown}` };
  const policy = casePolicy(corpusCase, 'androidKey');
  if ('unsupported' in policy) return policy;
  const [chain = ''] = corpusCase.files;
  // What was read from the record itself compares with nothing.
  const fromRecord = (source: string): boolean => inputs.text(source) === 'certificate';
  const packageName = fromRecord('packageNameSource') ? undefined : inputs.text('packageName');
  const challenge = fromRecord('challengeSource') ? undefined : inputs.hex('challengeHex');
  return {
    input: {
      evidence: readEvidence(chain, context.readFile),
      expected: {
        ...(challenge === undefined ? {} : { challenge }),
        ...(packageName === undefined ? {} : { packageNames: [packageName] }),
      },
      policy,
      now: inputs.requiredTime('verificationTime'),
    },
    trust: trustOf(inputs, context),
  };
}

function trustOf(inputs: Inputs, { trust, readFile }: CaseContext): TrustSet {
  const anchors = inputs.text('trustAnchors');
  const statusList = inputs.text('statusList');
  return {
    ...trust,
    ...(anchors === undefined ? {} : { androidAnchors: readAnchors(anchors, readFile) }),
    ...(statusList === undefined ? {} : { revocation: readRevocation(statusList, readFile) }),
  };
}

// A list that is not there is a list that is unavailable, which the verifier has to say.
function readRevocation(file: string, readFile: ReadFile): RevocationSnapshot {
  try {
    return parseRevocationList(new TextDecoder().decode(readFile(file)), null);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { usable: false, problem: error.message };
  }
}

// A chain whose PEM is broken is bad evidence, as one whose DER is.
function readEvidence(file: string, readFile: ReadFile): AndroidKeyEvidence {
  const blocks = parsePemCertificates(new TextDecoder().decode(readFile(file)));
  if (blocks.ok) return parseAndroidKey(blocks.value);
  return { format: 'android-key', certificates: [], parsed: blocks };
}
