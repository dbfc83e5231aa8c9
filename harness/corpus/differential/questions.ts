import { dirname, join } from 'node:path';
import { readdirSync } from 'node:fs';
import { toBase64url } from '../../encoding/bytes.js';
import { productRoot } from '../../product.js';
import { loadTrust, type TrustAnchor, type TrustSet } from '../../trust/index.js';
import {
  createVerifier,
  encodeAppraisal,
  failing,
  withStatus,
  type AppraisalInput,
  type AttestationResult,
  type Format,
} from '../../verifier/index.js';
import { actualAnswer, agrees } from '../agreement.js';
import { casesOf, type CorpusCase } from '../case.js';
import { readBytes, readJson, readManifest, unknownFields } from '../manifest.js';
import { prepareCase } from '../prepare-case.js';
import type { CaseContext, PreparedCase } from '../prepared-case.js';
import { statedPolicy } from '../vectors/policy-settings.js';
import { isVectorFile, readVectors, type ReadVector } from '../vectors/read-vectors.js';
import { vectorFileSchema, type VectorFile } from '../vectors/schema.js';
import { adapterVectorSchema, type AdapterVector } from './protocol.js';

/** A vector for others, with what is right and what our verifier says. */
export interface Question {
  readonly id: string;
  readonly format: Format;
  /** Null for a vector itself; a manifest's variants count from 0. */
  readonly variant: CorpusCase['variant'];
  readonly description: string | null;
  readonly vector: AdapterVector;
  readonly expected: Side;
  readonly ours: Side & {
    /** Whether our verifier answers as the corpus says, for the reasons that it says. */
    readonly agrees: boolean;
  };
}

/** What one side says of a vector. */
export interface Side {
  readonly isAccepted: boolean;
  /** Why not: failing checks or a manifest's token. Empty where it is accepted. */
  readonly words: string;
}

/** The files of our own corpus. */
export function ownCorpus(): readonly string[] {
  const folder = join(productRoot, 'fixtures', 'corpus');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * The questions of a file of vectors or of a manifest, all or those with the given ids; cases that
 * we cannot state are left out.
 */
export function readQuestions(file: string, only?: readonly string[]): readonly Question[] {
  const isWanted = (id: string): boolean => only?.includes(id) ?? true;
  const json = readJson(file);
  if (isVectorFile(json)) {
    return vectorQuestions(json, file, isWanted);
  }
  const context = {
    trust: loadTrust(join(productRoot, 'fixtures', 'trust')),
    readFile: (name: string) => readBytes(join(dirname(file), name)),
  };
  return readManifest(json, file)
    .vectors.filter((vector) => unknownFields(vector).length === 0)
    .flatMap(casesOf)
    .filter((one) => isWanted(caseId(one)))
    .flatMap((one) => questionOfCase(one, context) ?? []);
}

/** The questions of a file of vectors that was read already; `place` names it in errors. */
export function vectorQuestions(
  json: unknown,
  place: string,
  isWanted: (id: string) => boolean = () => true,
): readonly Question[] {
  const read = readVectors(json, place);
  const file = vectorFileSchema.parse(json);
  return read
    .filter(({ vector, input }) => isWanted(`${input.evidence.format}/${vector.id}`))
    .map((one) => questionOfVector(one, file));
}

function questionOfVector({ vector, input, trust }: ReadVector, file: VectorFile): Question {
  const { id, description, answer, evidence, expected, now } = vector;
  const result = createVerifier({ trust }).appraise(input);
  const right = [...answer.failed, ...answer.undetermined];
  const found = rootCauses(result);
  const { format } = input.evidence;
  return {
    ...{ id: `${format}/${id}`, format, variant: null, description },
    vector: adapterVectorSchema.parse({
      ...{ version: 1, id: `${format}/${id}`, format, evidence, expected, now },
      ...{ policy: file.policies[vector.policy], trust: file.trust[vector.trust] },
    }),
    expected: { isAccepted: answer.verdict === 'accepted', words: right.join(', ') },
    ours: {
      isAccepted: result.verdict === 'accepted',
      words: found.join(', '),
      agrees: result.verdict === answer.verdict && right.join() === found.join(),
    },
  };
}

function questionOfCase(corpusCase: CorpusCase, context: CaseContext): Question | null {
  const { expected, variant, inputs } = corpusCase;
  if (expected.verdict === 'not-applicable') return null;
  const prepared = prepareCase(corpusCase, context);
  if ('unsupported' in prepared) return null;
  const { input, trust } = prepared;
  const result = createVerifier({ trust }).appraise(input);
  const actual = actualAnswer(result, input.policy, expected);
  const id = caseId(corpusCase);
  const list = inputs['statusList'];
  return {
    ...{ id, format: input.evidence.format, variant, description: null },
    vector: statedCase(id, prepared, typeof list === 'string' ? listText(list, context) : null),
    expected: { isAccepted: expected.verdict === 'accept', words: expected.reasons.join(', ') },
    ours: {
      isAccepted: result.verdict === 'accepted',
      words: actual.failing.join(', '),
      agrees: agrees(actual, expected),
    },
  };
}

function caseId({ id, variant }: CorpusCase): string {
  return variant === null ? id : `${id}#${variant}`;
}

function statedCase(
  id: string,
  { input, trust }: Pick<PreparedCase, 'input' | 'trust'>,
  list: string | null,
): AdapterVector {
  const { evidence, expected, now } = encodeAppraisal(input);
  return adapterVectorSchema.parse({
    ...{ version: 1, id, format: input.evidence.format, evidence, expected },
    policy: statedPolicy(input.policy, input.evidence.format),
    trust: statedTrust(trust, input, list),
    now,
  });
}

function statedTrust(trust: TrustSet, input: AppraisalInput, list: string | null): unknown {
  const { revocation, playIntegrityKeys: keys } = trust;
  const anchors = (all: readonly TrustAnchor[]) =>
    all.flatMap(({ name, certificates }) =>
      certificates.map((certificate) => ({ name, certificate: toBase64url(certificate) })),
    );
  const isAndroid = input.evidence.format === 'android-key';
  const isApple = input.evidence.format.startsWith('app-attest');
  return {
    android: isAndroid ? anchors(trust.androidAnchors) : [],
    software: isAndroid ? anchors(trust.knownSoftwareRoots) : [],
    appAttest: isApple ? anchors(trust.appAttestAnchors) : [],
    receipts: isApple ? anchors(trust.receiptAnchors) : [],
    revocation: isAndroid ? statedRevocation(revocation, list) : null,
    ...(keys === undefined
      ? {}
      : {
          playIntegrityKeys: {
            decryptionKey: toBase64url(keys.decryptionKey),
            verificationKey: keys.verificationKey
              .export({ format: 'der', type: 'spki' })
              .toString('base64url'),
          },
        }),
  };
}

// The list goes out as it came where a manifest names its file, else as it was read.
function statedRevocation(revocation: TrustSet['revocation'], list: string | null): unknown {
  if (list !== null) return { list, takenAt: null };
  if (revocation?.usable !== true) return null;
  const { entries, takenAtMs } = revocation;
  return {
    list: JSON.stringify({ entries: Object.fromEntries(entries) }),
    takenAt: takenAtMs === null ? null : new Date(takenAtMs).toISOString(),
  };
}

// A list that cannot be read is a list that is not there.
function listText(file: string, { readFile }: CaseContext): string | null {
  try {
    return new TextDecoder().decode(readFile(file));
  } catch {
    return null;
  }
}

function rootCauses(result: AttestationResult): readonly string[] {
  return [...failing(result), ...withStatus(result, 'undetermined')];
}
