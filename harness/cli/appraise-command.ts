import { parseAndroidKey } from '../evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../evidence/app-attest/index.js';
import { EXIT, HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { loadPolicy } from '../run/load-policy.js';
import { loadTrust, parseRevocationList, type TrustSet } from '../trust/index.js';
import {
  createVerifier,
  earOf,
  type AndroidKeyExpected,
  type AppraisalInput,
  type AppraisalPolicy,
  type AttestationResult,
  type Verdict,
} from '../verifier/index.js';
import { appraisalText } from './appraisal-text.js';
import { signedEar } from './ear-token.js';
import { encodedBytes } from './encoded-bytes.js';
import { readBinaryOrBase64, readInputText, readPemChain } from './input-files.js';
import { moment } from './moment.js';
import type { Terminal } from './terminal.js';
import { whatIfCommand } from './what-if-command.js';

/** Options of `attestlab appraise`, as the parser hands them over. */
export interface AppraiseOptions {
  readonly androidChain?: string;
  readonly challenge?: string;
  readonly package?: readonly string[];
  readonly signer?: readonly string[];
  readonly statusList?: string;
  readonly statusListAt?: string;
  readonly appAttest?: string;
  readonly keyId?: string;
  readonly appId?: readonly string[];
  readonly clientDataHash?: string;
  readonly environment: 'production' | 'development';
  readonly at?: string;
  /** A shipped policy's name, or a policy file; `baseline` where it is left out. */
  readonly policy?: string;
  /** A recorded run, to be appraised again under `policy`. */
  readonly run?: string;
  readonly trust?: string;
  readonly json?: true;
  readonly ear?: true;
  readonly earKey?: string;
}

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  accepted: EXIT.passed,
  rejected: EXIT.unexpectedVerdict,
  indeterminate: EXIT.infrastructure,
};

const ANDROID_ONLY = ['challenge', 'package', 'signer', 'statusList', 'statusListAt'] as const;
const APP_ATTEST_ONLY = ['keyId', 'appId', 'clientDataHash'] as const;
const OF_EVIDENCE = [
  ...[
    'androidChain',
    'appAttest',
    ...ANDROID_ONLY,
    ...APP_ATTEST_ONLY,
    'at',
    'trust',
    'ear',
    'earKey',
  ],
] as readonly (keyof AppraiseOptions)[];

/** Appraises what the options name, shows the result, and answers with the exit code. */
export function appraise(
  options: AppraiseOptions,
  { terminal, clock }: { readonly terminal: Terminal; readonly clock: Date },
): number {
  if (options.run !== undefined) return appraiseRun(options, options.run, terminal);
  if (options.json === true && (options.ear === true || options.earKey !== undefined)) {
    throw new HarnessError('ERR_USAGE', '--json and --ear are two forms; give one of them');
  }
  const now = options.at === undefined ? clock : moment(options.at, { name: '--at' });
  const policy = policyOf(options);
  const subject = subjectOf(options);
  const trust = trustOf(options);
  const result = createVerifier({ trust }).appraise({ ...subject, policy, now });
  if (subject.evidence.format === 'android-key' && trust.revocation === null) {
    terminal.err('note: no revocation list was given, so a revoked chain goes unnoticed\n');
  }
  terminal.out(shown(result, options));
  return EXIT_OF[result.verdict];
}

function shown(result: AttestationResult, { json, ear, earKey }: AppraiseOptions): string {
  if (earKey !== undefined) return `${signedEar(earOf(result), earKey)}\n`;
  if (ear === true) return `${JSON.stringify(earOf(result), null, 2)}\n`;
  return json === true ? `${JSON.stringify(result, null, 2)}\n` : appraisalText(result);
}

// Evidence, trust and time are the run's own; another policy is the whole question.
function appraiseRun(options: AppraiseOptions, run: string, terminal: Terminal): number {
  const { policy, json } = options;
  const stray = OF_EVIDENCE.filter((name) => options[name] !== undefined);
  refuse(options, stray, 'is no option beside --run: evidence, trust and time are the run’s own');
  if (policy === undefined) throw new HarnessError('ERR_USAGE', '--run needs --policy');
  return whatIfCommand({ run, policy, ...(json === undefined ? {} : { json }) }, terminal);
}

type Subject = AppraisalInput extends infer Input
  ? Input extends AppraisalInput
    ? Pick<Input, 'evidence' | 'expected'>
    : never
  : never;

function subjectOf(options: AppraiseOptions): Subject {
  const { androidChain, appAttest } = options;
  if (androidChain !== undefined && appAttest === undefined) {
    refuse(options, APP_ATTEST_ONLY, 'belongs to --app-attest');
    return {
      evidence: parseAndroidKey(readPemChain(androidChain)),
      expected: androidExpected(options),
    };
  }
  if (appAttest !== undefined && androidChain === undefined) {
    refuse(options, ANDROID_ONLY, 'belongs to --android-chain');
    const keyId = encodedBytes(needed(options, 'keyId'), { name: '--key-id' });
    const clientDataHash = encodedBytes(needed(options, 'clientDataHash'), {
      name: '--client-data-hash',
    });
    return {
      evidence: parseAppAttestAttestation(readBinaryOrBase64(appAttest)),
      expected: { appIds: needed(options, 'appId'), keyId, clientDataHash },
    };
  }
  throw new HarnessError(
    'ERR_USAGE',
    'give one of --android-chain FILE, --app-attest FILE and --run RUN',
  );
}

function androidExpected(options: AppraiseOptions): AndroidKeyExpected {
  const { challenge, package: packageNames, signer } = options;
  return {
    ...(challenge === undefined
      ? {}
      : { challenge: encodedBytes(challenge, { name: '--challenge' }) }),
    ...(packageNames === undefined ? {} : { packageNames }),
    ...(signer === undefined ? {} : { signerDigests: signer.map(signerDigest) }),
  };
}

// Tools print digests with colons and in capitals; the verifier compares lower-case hexadecimal.
function signerDigest(text: string): string {
  const digest = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new HarnessError('ERR_USAGE', `--signer: "${text}" is no SHA-256 digest in hexadecimal`);
  }
  return digest;
}

function trustOf({ trust, statusList, statusListAt }: AppraiseOptions): TrustSet {
  const loaded = loadTrust(trust ?? `${productRoot}/fixtures/trust`);
  if (statusList === undefined) {
    if (statusListAt === undefined) return loaded;
    throw new HarnessError('ERR_USAGE', '--status-list-at needs --status-list');
  }
  const takenAtMs =
    statusListAt === undefined
      ? null
      : moment(statusListAt, { name: '--status-list-at' }).getTime();
  const revocation = parseRevocationList(readInputText(statusList), takenAtMs);
  if (!revocation.usable) {
    throw new HarnessError('ERR_FILE_INVALID', `${statusList}: ${revocation.problem}`);
  }
  return { ...loaded, revocation };
}

// Production alone unless it is widened: a development attestation must never pass by default.
function policyOf({
  policy: name = 'baseline',
  appAttest,
  environment,
}: AppraiseOptions): AppraisalPolicy {
  const { policy } = loadPolicy(name, { by: '--policy', code: 'ERR_USAGE' });
  if (appAttest === undefined) return policy;
  return {
    ...policy,
    id: `${policy.id}+${environment}`,
    appAttest: {
      ...policy.appAttest,
      environments: environment === 'production' ? ['production'] : ['production', 'development'],
    },
  };
}

function refuse(
  options: AppraiseOptions,
  names: readonly (keyof AppraiseOptions)[],
  why: string,
): void {
  const stray = names.find((name) => options[name] !== undefined);
  if (stray !== undefined) throw new HarnessError('ERR_USAGE', `${flag(stray)} ${why}`);
}

function needed<Name extends keyof AppraiseOptions>(
  options: AppraiseOptions,
  name: Name,
): NonNullable<AppraiseOptions[Name]> {
  const value = options[name];
  if (value === undefined) throw new HarnessError('ERR_USAGE', `--app-attest needs ${flag(name)}`);
  return value;
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
