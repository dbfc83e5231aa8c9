import { dirname, resolve } from 'node:path';
import { loadYaml, type Configured } from '../../../configuration.js';
import { readSecret } from '../../../owner-only.js';
import { countsBy } from './read-answer.js';
import { templateProblems, type Problem } from './known-names.js';
import { mappingSchema, type MappingFile } from './schema.js';

/** A mapping file that holds together, with the secrets that it names. */
export interface Mapping extends Omit<MappingFile, 'headers'> {
  /** Sent with each request; never shown. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Variables that secrets may come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a mapping file. Throws with file, line and remedy where it cannot be worked by. */
export function loadMapping(path: string, environment: Environment): Mapping {
  const configured = loadYaml(path, mappingSchema);
  const { value } = configured;
  const [problem] = [...templateProblems(value), ...missing(value), ...ambiguous(value)];
  if (problem !== undefined) throw configured.invalid(problem.path, problem.message);
  const headers = Object.keys(value.headers).map(
    (name) => [name, headerValue(configured, name, environment)] as const,
  );
  return { ...value, headers };
}

function headerValue(
  configured: Configured<MappingFile>,
  name: string,
  environment: Environment,
): string {
  const { file, value } = configured;
  const stated = value.headers[name] ?? '';
  const path = ['headers', name];
  const text = typeof stated === 'string' ? stated : secret();
  // Never with the text: it may be a secret.
  if (/^[\t\x20-\x7e]+$/.test(text)) return text;
  throw configured.invalid(path, 'what is given for it is empty, or is no value of a header');

  function secret(): string {
    if (typeof stated === 'string') return stated;
    if ('file' in stated) return readSecret(resolve(dirname(file), stated.file)).trim();
    const set = environment[stated.env];
    if (set !== undefined && set !== '') return set;
    throw configured.invalid(
      path,
      `the environment has no ${stated.env}; set it, or name a file instead`,
    );
  }
}

const KINDS = ['enrolment', 'signingKey', 'renewal'] as const;

function missing(file: MappingFile): readonly Problem[] {
  const { binding, enrolment, assertedRequest } = file;
  const formats = KINDS.flatMap((kind) => Object.keys(file[kind]?.submit ?? {}));
  const apple = formats.some((format) => format.startsWith('app-attest-'));
  const problems: Problem[] = [];
  const say = (path: Problem['path'], message: string) => problems.push({ path, message });
  if (formats.includes('android-key') && binding['android-key'] === undefined) {
    say(['binding'], 'android-key is missing: what is the attestation challenge made of?');
  }
  if (apple && binding['app-attest'] === undefined) {
    say(['binding'], 'app-attest is missing: what is the client data hash made of?');
  }
  if (enrolment.submit['app-attest-assertion'] !== undefined) {
    say(
      ['enrolment', 'submit', 'app-attest-assertion'],
      'a first enrolment brings an attestation; only keys after it are vouched for by assertion',
    );
  }
  for (const kind of ['signingKey', 'renewal'] as const) {
    for (const format of Object.keys(file[kind]?.submit ?? {})) {
      const first = format === 'android-key' ? format : 'app-attest-attestation';
      if (enrolment.submit[first] !== undefined) continue;
      say(
        [kind, 'submit', format],
        `enrolment.submit has no ${first}, so no such phone gets there`,
      );
    }
  }
  if (assertedRequest !== undefined && enrolment.submit['app-attest-attestation'] === undefined) {
    say(['assertedRequest'], 'enrolment.submit has no app-attest-attestation, so no key asserts');
  }
  return problems;
}

// Without a condition besides, one status cannot say both.
function ambiguous({ answers: { accepted, refused } }: MappingFile): readonly Problem[] {
  if (accepted.where !== undefined || refused.where !== undefined) return [];
  for (let status = 200; status < 600; status += 1) {
    if (!countsBy(accepted, status) || !countsBy(refused, status)) continue;
    const message = `${status} says accepted as well; add where to tell them apart`;
    return [{ path: ['answers', 'refused', 'statuses'], message }];
  }
  return [];
}
