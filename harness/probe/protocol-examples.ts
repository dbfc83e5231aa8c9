import { toBase64, toBase64url, toHex, utf8 } from '../encoding/bytes.js';
import { buildCsr } from '../evidence/csr/index.js';
import { keyId } from '../evidence/formats/index.js';
import { profileRHeaders, profileSHeaders } from '../evidence/signed-request/index.js';
import type { CommandArgs, CommandName, CommandResult } from './commands.js';
import { exampleBytes, protocolTestKey } from './protocol-test-key.js';
import type { ProbeAnswer, ProbeFailure, ProbeRequest } from './protocol.js';

/** One exchange as it travels. */
export interface ProtocolExample {
  readonly request: ProbeRequest;
  readonly answer: ProbeAnswer;
}

const key = protocolTestKey('signing key');
const nonce = exampleBytes('nonce', 32);
const clientDataHash = toBase64url(exampleBytes('client data hash', 32));
const appAttestKey = toBase64url(exampleBytes('App Attest key id', 32));
const NOW_MS = 1767225600000;

/** Examples of every command, and of how commands fail; `native-probes/protocol/examples/`. */
export function protocolExamples(): ReadonlyMap<string, ProtocolExample> {
  return new Map([
    ...sessionExamples(),
    ...keyExamples(),
    ...appAttestExamples(),
    ...playIntegrityExamples(),
    ...requestExamples(),
    ...failureExamples(),
  ]);
}

type Example = readonly [name: string, example: ProtocolExample];

function sessionExamples(): readonly Example[] {
  return [
    answered(
      'hello',
      { minVersion: 1, maxVersion: 1 },
      { version: 1, probe: { name: 'attestlab probe', build: '1' }, platform: 'android' },
    ),
    answered(
      'facts',
      {},
      {
        platform: 'android',
        virtual: false,
        model: 'Example 1',
        osVersion: '16',
        apiLevel: 36,
        securityPatch: '2026-11-05',
        features: ['android.hardware.hardware_keystore'],
        featureVersions: { 'android.hardware.hardware_keystore': 400 },
        bootProperties: { 'ro.boot.verifiedbootstate': 'green', 'ro.boot.flash.locked': '1' },
        rootHints: [],
        passcodeSet: true,
        appAttestSupported: false,
        deviceTimeMs: NOW_MS,
        probe: {
          package: 'dev.attestlab.probe',
          version: '1.0.0',
          build: '1',
          signerDigests: [toHex(exampleBytes('signer', 32))],
          teamId: null,
        },
      },
    ),
    answered('reset', {}, { deletedAliases: ['tls', 'sign'] }),
  ];
}

const STRONGBOX_ABSENT = {
  level: 'strongbox',
  ok: false,
  ms: 3,
  message: 'Failed to generated key pair. (public error code: 12 internal Keystore code: -68)',
  exception: 'StrongBoxUnavailableException',
  publicCode: 12,
  rawCode: -68,
  transient: false,
} as const;

function keyExamples(): readonly Example[] {
  const spki = toBase64url(key.spki);
  const csr = buildCsr({ commonName: 'phone-1', spki: key.spki, nonce, sign: key.sign });
  const data = utf8('attestlab');
  return [
    answered(
      'key.generate',
      {
        alias: 'tls',
        purpose: 'tls',
        algorithm: 'ec-p256',
        ladder: ['strongbox', 'tee'],
        digests: ['none', 'sha256'],
      },
      { level: 'tee', attempts: [STRONGBOX_ABSENT, { level: 'tee', ok: true, ms: 41 }], spki },
    ),
    answered(
      'key.csr',
      { alias: 'tls', commonName: 'phone-1', nonce: toBase64url(nonce) },
      { csr: toBase64url(csr) },
    ),
    answered(
      'key.sign',
      { alias: 'sign', data: toBase64url(data) },
      { signature: toBase64url(key.sign(data)) },
    ),
    // Not a key of anybody: an export's form is told by its first bytes alone.
    answered(
      'key.export',
      { alias: 'software' },
      { privateKey: toBase64url(exampleBytes('exported PKCS#8', 138)) },
    ),
    answered('key.delete', { alias: 'tls' }, { deleted: true }),
    answered(
      'certificate.install',
      { alias: 'tls', chain: [toBase64url(exampleBytes('certificate', 420))] },
      {},
    ),
  ];
}

function appAttestExamples(): readonly Example[] {
  const attestationObject = toBase64url(exampleBytes('attestation object', 600));
  const assertion = toBase64url(exampleBytes('assertion', 140));
  const args = { keyId: appAttestKey, clientDataHash };
  return [
    answered('appattest.generate', {}, { keyId: appAttestKey }),
    answered('appattest.attest', args, { attestationObject }),
    answered('appattest.assert', args, { assertion }),
  ];
}

function playIntegrityExamples(): readonly Example[] {
  const bound = toBase64url(exampleBytes('binding', 32));
  const standard = { kind: 'standard', requestHash: bound } as const;
  // Five parts of base64url, as a token has them; what they hold is the vendor's.
  const token = [60, 40, 12, 600, 16].map((size) => toBase64url(exampleBytes('token', size)));
  return [
    answered(
      'playintegrity.request',
      { kind: 'classic', nonce: bound },
      { token: token.join('.') },
    ),
    example('playintegrity.request-standard', 'playintegrity.request', standard, {
      result: { token: token.join('.') },
    }),
    failed('playintegrity.request', standard, {
      code: 'play_integrity_failed',
      message: '-19: the token provider is invalid',
      exception: 'StandardIntegrityException',
      publicCode: -19,
      transient: true,
    }),
  ];
}

function requestExamples(): readonly Example[] {
  const body = utf8('{"amount":10}');
  const input = {
    method: 'POST',
    authority: 'relying-party.example',
    target: '/v1/orders',
    contentType: 'application/json',
  };
  const numbers = { epoch: 1n, counter: 42n, timestampMs: BigInt(NOW_MS) };
  const signed = { ...input, ...numbers, keyId: keyId(key.spki), body };
  const pair = ([name, value]: readonly [string, string]): [string, string] => [name, value];
  const headers = profileSHeaders(signed, key.sign).map(pair);
  const signing = {
    ...{ alias: 'sign', ...input, body: toBase64url(body) },
    ...{ epoch: '1', counter: '42', timestampMs: NOW_MS },
  };
  const sending = {
    url: 'https://relying-party.example/v1/orders',
    method: 'POST',
    headers: [['content-type', 'application/json'] as [string, string], ...headers],
    body: toBase64url(body),
    clientAlias: 'tls',
    anchors: [toBase64url(exampleBytes('anchor', 400))],
    pins: [`sha256/${toBase64(exampleBytes('pin', 32))}`],
  };
  return [
    answered('request.sign', signing, { headers }),
    example(
      'request.sign-profile-r',
      'request.sign',
      { ...signing, profile: 'r' },
      { result: { headers: profileRHeaders(signed, key.signFixed).map(pair) } },
    ),
    answered('request.send', sending, {
      outcome: 'answered',
      status: 200,
      headers: [['content-type', 'application/json']],
      body: toBase64url(utf8('{"orderId":"1"}')),
      ms: 38,
    }),
    example('request.send-pin-mismatch', 'request.send', sending, {
      result: { outcome: 'failed', phase: 'pin', error: 'no certificate matches a pin', ms: 21 },
    }),
  ];
}

function failureExamples(): readonly Example[] {
  const generate = {
    alias: 'rsa',
    purpose: 'sign',
    algorithm: 'rsa-2048',
    ladder: ['secure-enclave'],
    digests: ['sha256'],
  } as const;
  const refusal = {
    level: 'secure-enclave',
    ok: false,
    ms: 2,
    message: 'the Secure Enclave makes keys on P-256 alone (OSStatus -50)',
    exception: 'NSOSStatusErrorDomain',
    publicCode: -50,
    rawCode: -50,
    transient: false,
  } as const;
  return [
    failed('key.generate', generate, {
      code: 'key_generation_failed',
      message: 'no rung of the ladder yielded a key',
      attempts: [refusal],
    }),
    failed(
      'key.export',
      { alias: 'tls' },
      {
        code: 'key_not_exportable',
        message: 'the private key has no encoded form',
        exception: 'InvalidKeyException',
      },
    ),
    failed(
      'key.sign',
      { alias: 'lost', data: '' },
      {
        code: 'key_not_found',
        message: 'no key under this alias',
      },
    ),
    failed(
      'hello',
      { minVersion: 1, maxVersion: 1 },
      {
        code: 'secret_mismatch',
        message: 'the probe belongs to the holder of another secret',
      },
    ),
  ];
}

function answered<Name extends CommandName>(
  command: Name,
  args: CommandArgs<Name>,
  result: CommandResult<Name>,
): Example {
  return example(command, command, args, { result });
}

function failed<Name extends CommandName>(
  command: Name,
  args: CommandArgs<Name>,
  error: ProbeFailure,
): Example {
  return example(`${command}-${error.code}`, command, args, { error });
}

function example(
  name: string,
  command: CommandName,
  args: object,
  outcome: { readonly result: object } | { readonly error: ProbeFailure },
): Example {
  const id = toBase64url(exampleBytes(`request ${name}`, 16));
  const secret = toBase64url(exampleBytes('secret', 32));
  const answer: ProbeAnswer =
    'error' in outcome
      ? { v: 1, id, ok: false, error: outcome.error, ms: 5 }
      : { v: 1, id, ok: true, result: { ...outcome.result }, ms: 45 };
  return [name, { request: { v: 1, id, secret, command, args: { ...args } }, answer }];
}
