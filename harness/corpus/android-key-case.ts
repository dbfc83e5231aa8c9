import { parseCertificate } from '../encoding/certificate.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { parseAndroidKey, type AndroidKeyEvidence } from '../evidence/android-key/index.js';
import {
  anchorOf,
  parseRevocationList,
  type RevocationSnapshot,
  type TrustSet,
} from '../trust/index.js';
import { POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import type { AndroidKeyPolicy } from '../verifier/policy.js';
import type { CorpusCase } from './case.js';
import { Inputs, type Unsupported } from './inputs.js';
import type { VectorValues } from './manifest.js';
import type { CaseContext, PreparedCase, ReadFile } from './prepared-case.js';

const KNOWN_INPUTS = [
  'verificationTime',
  'challengeHex',
  'packageName',
  'trustAnchors',
  'statusList',
  'construction',
  'derivedFrom',
  'mutation',
];

const POLICY_WORDS: { readonly [K in keyof AndroidKeyPolicy]?: readonly AndroidKeyPolicy[K][] } = {
  nameChaining: ['required', 'ignored'],
  attestKeyChains: ['refused', 'allowed'],
  anchorByIssuer: ['refused', 'allowed'],
  suspendedEntries: ['refused', 'ignored'],
  unknownTags: ['kept', 'rejected'],
  tagOrder: ['kept', 'required'],
};

/** Prepares a case of Android Key Attestation. */
export function androidKeyCase(
  corpusCase: CorpusCase,
  context: CaseContext,
): PreparedCase | Unsupported {
  const inputs = new Inputs(corpusCase);
  const [unknown] = inputs.unknown(KNOWN_INPUTS);
  if (unknown !== undefined) return { unsupported: `input ${unknown}` };
  const policy = policyOf(corpusCase);
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

function policyOf({ policyId, policyWords }: CorpusCase): AppraisalPolicy | Unsupported {
  const base = POLICIES[policyId];
  for (const [word, value] of Object.entries(policyWords)) {
    const values: readonly unknown[] = POLICY_WORDS[word as keyof AndroidKeyPolicy] ?? [];
    if (!values.includes(value)) return { unsupported: `policy ${word}: ${JSON.stringify(value)}` };
  }
  return { ...base, androidKey: { ...base.androidKey, ...(policyWords as VectorValues & object) } };
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

function readAnchors(file: string, readFile: ReadFile): TrustSet['androidAnchors'] {
  const blocks = parsePemCertificates(new TextDecoder().decode(readFile(file)));
  if (!blocks.ok) throw invalidFile(file, blocks.malformation.message);
  return blocks.value.map((der, index) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) throw invalidFile(file, parsed.malformation.message);
    return anchorOf(`${file}#${index}`, parsed.value);
  });
}

function invalidFile(file: string, problem: string): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', `${file}: ${problem}`);
}
