import { isValueName, type ValueName } from './named-values.js';
import type { Digest, MappedSubmission, MappingFile, SignedShape } from './schema.js';
import { templateProblem, type TemplateUse } from './template.js';

type Path = readonly (string | number)[];

/** Something wrong with a mapping file, and where. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Evidence of a submission, as templates name it. */
export const EVIDENCE_NAMES = {
  'android-key': ['certificates'],
  'app-attest-attestation': ['attestationObject', 'appAttestKeyId'],
  'app-attest-assertion': ['assertion', 'appAttestKeyId'],
} as const satisfies Readonly<Record<string, readonly ValueName[]>>;

const PHONE = ['rpId', 'subject'] as const;
const ASKED = [...PHONE, 'purpose'] as const;
const KEY = ['csr', 'csrSha256', 'publicKey', 'keyId'] as const;
const REQUEST = [
  ...[...PHONE, 'method', 'authority', 'path', 'contentType', 'keyId', 'epoch', 'counter'],
  ...['timestamp', 'payload', 'payloadSha256'],
];

/** What templates of a file name without its being known there, or in a form that there is not. */
export function templateProblems(file: MappingFile): readonly Problem[] {
  const enrolled = [...keptBy(file.enrolment)];
  const registered = [...enrolled, ...(file.signingKey ? keptBy(file.signingKey) : [])];
  const { signedRequest, rfc9421Request, assertedRequest } = file;
  return [
    ...keptProblems(file),
    ...bindingProblems(file),
    ...submissionProblems('enrolment', file.enrolment, []),
    ...submissionProblems('signingKey', file.signingKey, enrolled),
    ...submissionProblems('renewal', file.renewal, enrolled),
    ...signedProblems('signedRequest', signedRequest, { kept: registered, made: 'signature' }),
    ...signedProblems('rfc9421Request', rfc9421Request, { kept: registered, made: null }),
    ...signedProblems('assertedRequest', assertedRequest, { kept: enrolled, made: 'assertion' }),
    ...(signedRequest === undefined
      ? []
      : problemsOf(signedRequest.signs, ['signedRequest', 'signs'], {
          ...{ known: [...REQUEST, ...registered], use: 'bytes' },
        })),
    ...digestProblems(
      assertedRequest?.signs,
      ['assertedRequest', 'signs'],
      [...REQUEST, ...enrolled],
    ),
  ];
}

function bindingProblems({ binding }: MappingFile): readonly Problem[] {
  const known = [...ASKED, 'challenge'];
  return [
    ...digestProblems(binding['android-key'], ['binding', 'android-key'], known),
    ...digestProblems(
      binding['app-attest'],
      ['binding', 'app-attest'],
      [...known, ...['csr', 'csrSha256', 'publicKey']],
    ),
  ];
}

function submissionProblems(
  name: string,
  submission: MappedSubmission | undefined,
  kept: readonly string[],
): readonly Problem[] {
  if (submission === undefined) return [];
  const { challenge, submit } = submission;
  const asked = [...ASKED, ...kept];
  const answered = [...asked, ...Object.keys(challenge.answer.keep), 'challenge', ...KEY];
  return [
    ...requestProblems(challenge, [name, 'challenge'], asked),
    ...Object.entries(submit).flatMap(([format, request]) =>
      requestProblems(
        request,
        [name, 'submit', format],
        [...answered, ...EVIDENCE_NAMES[format as keyof typeof EVIDENCE_NAMES]],
      ),
    ),
  ];
}

function signedProblems(
  name: string,
  request: SignedShape | undefined,
  { kept, made }: { readonly kept: readonly string[]; readonly made: ValueName | null },
): readonly Problem[] {
  if (request === undefined) return [];
  const { otherPath } = request;
  const known = [...PHONE, ...kept];
  const paths = [
    ...problemsOf(request.path, [name, 'path'], { known, use: 'text' }),
    ...problemsOf(otherPath, [name, 'otherPath'], { known, use: 'text' }),
  ];
  const sent = made === null ? known : [...REQUEST, ...kept, made];
  return [...paths, ...requestProblems({ ...request, path: '/' }, [name], sent)];
}

function requestProblems(
  request: Pick<SignedShape, 'path' | 'headers' | 'body'> | undefined,
  path: Path,
  known: readonly string[],
): readonly Problem[] {
  if (request === undefined) return [];
  return [
    ...problemsOf(request.path, [...path, 'path'], { known, use: 'text' }),
    ...Object.entries(request.headers).flatMap(([header, value]) =>
      problemsOf(value, [...path, 'headers', header], { known, use: 'text' }),
    ),
    ...bodyProblems(request.body, [...path, 'body'], known),
  ];
}

function bodyProblems(body: unknown, path: Path, known: readonly string[]): readonly Problem[] {
  if (typeof body === 'string') {
    // A body that is one text is sent as it is, so nothing in it is a value of its own.
    const use: TemplateUse = path.at(-1) === 'body' ? 'text' : 'value';
    return problemsOf(body, path, { known, use });
  }
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]) =>
    bodyProblems(value, [...path, Array.isArray(body) ? Number(key) : key], known),
  );
}

function digestProblems(
  digest: Digest | undefined,
  path: Path,
  known: readonly string[],
): readonly Problem[] {
  const { bytes, sha256 } = digest ?? {};
  return [
    ...problemsOf(bytes, [...path, 'bytes'], { known, use: 'bytes' }),
    ...problemsOf(sha256, [...path, 'sha256'], { known, use: 'bytes' }),
  ];
}

function problemsOf(
  text: string | undefined,
  path: Path,
  { known, use }: { readonly known: readonly string[]; readonly use: TemplateUse },
): readonly Problem[] {
  if (text === undefined) return [];
  const message = templateProblem(text, { known: new Set(known), use });
  return message === null ? [] : [{ path, message }];
}

function keptBy({ challenge, answer }: MappedSubmission): readonly string[] {
  return [...Object.keys(challenge.answer.keep), ...Object.keys(answer.keep)];
}

function keptProblems(file: MappingFile): readonly Problem[] {
  return (['enrolment', 'signingKey', 'renewal'] as const).flatMap((name) => {
    const submission = file[name];
    if (submission === undefined) return [];
    const places = [
      [['challenge', 'answer', 'keep'], submission.challenge.answer.keep],
      [['answer', 'keep'], submission.answer.keep],
    ] as const;
    return places.flatMap(([path, keep]) =>
      Object.keys(keep)
        .filter(isValueName)
        .map((taken) => ({
          path: [name, ...path, taken],
          message: `{${taken}} stands for something already; choose another name`,
        })),
    );
  });
}
